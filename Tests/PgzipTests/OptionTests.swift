import TestSupport
import Testing

/// The command line: each error is reported in one line.
@Suite struct OptionTests {
    @Test(arguments: [
        "-Z", "--nonsense", "-p", "-p 0", "-p -1", "-p abc", "-p 1025", "-p 99999999999999999999", "-p ''", "-p 1.5",
        "-o", "-c -o out", "-o out a b", "-o ''", "''", "-0", "-dZ",
        "-kp", "-kp0", "-p4k", "-kpx", "-p=4", "-kp=4", "--processes", "--processes=", "--processes=x", "--f", "--b=1",
        "--nons=3", "--fast=3", "--keep=1", "-oa -ob file file", "--=3", "-kZp4", "-$'\\xe8'", "--$'\\xff'=1",
    ])
    func wrong(_ options: String) {
        let ran = Scratch().sh("echo text | pgzip \(options)")
        #expect(ran.status == 1)
        #expect(ran.out == "")
        #expect(ran.err.hasPrefix("pgzip: ") && ran.err.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        "-dc", "-cd", "-d -c", "--decompress --stdout", "-cdkfq", "-dcp 2", "-d -p2 -c", "-6dc",
        "-dcp2", "-cdkp4", "-d9cp4", "-d9ckp 4", "-dko-", "-dko -", "-p4 -dc", "-dc --processes=4",
        "-dc --processes 4",
        "--dec --std", "--d --s --proc=4", "--dec --s --p 4", "--stdo --dec --k --q --be --fas", "-d --out=-",
        "--decompress --o -",
        "-dc --fast --best -1", "-dc -f --",
    ])
    func right(_ options: String) {
        let ran = Scratch().sh("echo text | gzip > file.gz; pgzip \(options) file.gz")
        #expect(ran.out == "text\n")
        #expect(ran.err == "")
        #expect(ran.status == 0)
    }

    /// Options come before, after and between files; after `--` all are files.
    @Test func optionsAndFilesInAnyOrder() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            for f in -- -d -kp4 --keep a=b =; do echo "$f" > "./$f"; done
            pgzip -k -- -- -d -kp4 --keep a=b =
            for f in -- -d -kp4 --keep a=b =; do gunzip -c < "./$f.gz" | cmp - "./$f"; done
            echo a > a; gzip -k a; [ "$(pgzip a.gz -d -c)" = a ]; [ "$(pgzip -d a.gz -c -- a.gz)" = $'a\na' ]
            pgzip -ob.gz a; gunzip -c b.gz | cmp - a
            pgzip -kfob.gz a -9p2; gunzip -c b.gz | cmp - a
            pgzip -ko=c a; gunzip -c < =c | cmp - a
            pgzip --output==d a; gunzip -c < =d | cmp - a
            pgzip -o -x a; gunzip -c < ./-x | cmp - a
            pgzip -p4 -o --output=e --force a; gunzip -c < ./--output=e | cmp - a
            """)
        #expect(
            scratch.sh("pgzip --f a").err == "pgzip: option '--f' is ambiguous: --fast, --force (try 'pgzip --help')\n")
    }

    /// Each name in the help can be abbreviated.
    @Test func everyLongNameCanBeAbbreviated() {
        let scratch = Scratch()
        let help = scratch.check("pgzip --help")
        let names = Set(help.matches(of: /--([a-z]+)/).map { String($0.output.1) }).subtracting(["proc"])
        #expect(names.count == 11)
        for name in names {
            let ran = scratch.sh("echo text > file; gzip -kf file; pgzip --\(name.dropLast()) 2>&1 < file")
            #expect(!ran.out.contains("nknown option"), "\(name)")
        }
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
