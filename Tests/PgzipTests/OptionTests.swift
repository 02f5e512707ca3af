import TestSupport
import Testing

/// The command line: what is wrong with it is told in one line.
@Suite struct OptionTests {
    @Test(arguments: [
        "-Z", "--nonsense", "-p", "-p 0", "-p -1", "-p abc", "-p 1025", "-p 99999999999999999999", "-p ''", "-p 1.5",
        "-o", "-c -o out", "-o out a b", "-o ''", "''", "-0", "-dZ",
    ])
    func wrong(_ options: String) {
        let ran = Scratch().sh("echo text | pgzip \(options)")
        #expect(ran.status == 1)
        #expect(ran.out == "")
        #expect(ran.err.hasPrefix("pgzip: ") && ran.err.split(separator: "\n").count == 1)
    }

    @Test(arguments: ["-dc", "-cd", "-d -c", "--decompress --stdout", "-cdkfq", "-dcp 2", "-d -p2 -c", "-6dc"])
    func right(_ options: String) {
        let ran = Scratch().sh("echo text | gzip > file.gz; pgzip \(options) file.gz")
        #expect(ran.out == "text\n")
        #expect(ran.err == "")
        #expect(ran.status == 0)
    }

    @Test func severalFiles() {
        let scratch = Scratch()
        let ran = scratch.sh("echo a > a; echo b > b; mkdir folder; pgzip a folder nothing b; ls -d *")
        #expect(ran.out == "a.gz\nb.gz\nfolder\n")
        #expect(scratch.sh("pgzip -dc a.gz folder nothing b.gz").status == 1)
        #expect(scratch.sh("pgzip -dc a.gz folder b.gz").status == 2)
        #expect(scratch.sh("pgzip -dc a.gz b.gz").out == "a\nb\n")
    }

    @Test func helpAndVersion() {
        let scratch = Scratch()
        for option in ["-h", "--help"] {
            let ran = scratch.sh("pgzip \(option)")
            #expect(ran.out.contains("--decompress") && ran.err == "" && ran.status == 0)
        }
        #expect(scratch.check("pgzip --version").hasPrefix("pgzip "))
    }

    @Test func manyThreads() {
        Scratch().check(
            """
            cat /proc/$TESTER/exe | head -c 3000000 > plain
            cat plain | pgzip -1 -p 1024 | gunzip | cmp - plain
            """)
    }

    /// Compressed data neither goes to a terminal nor comes from one, unless by force.
    @Test func aTerminal() {
        let scratch = Scratch()
        let to = scratch.sh("echo text > plain; script -qec 'pgzip < plain' /dev/null < /dev/null")
        #expect(to.out == "pgzip: compressed data not written to a terminal. Use -f to force compression.\r\n")
        #expect(to.status == 1)
        let from = scratch.sh("script -qec 'pgzip -d' /dev/null < /dev/null")
        #expect(from.out == "pgzip: compressed data not read from a terminal. Use -f to force decompression.\r\n")
        #expect(from.status == 1)
    }
}
