import Glibc
import TestSupport
import Testing

/// The line that says how far the work is, on a terminal of which the tests decide the width.
@Suite struct ProgressTests {
    /// Runs pgzip on a file of this name, its standard error on a terminal. Its output is taken slowly until `watch` has
    /// seen enough.
    private func run(_ name: String, term: String = "xterm", _ watch: @escaping @Sendable (Pseudoterminal) -> Void) {
        let scratch = Scratch()
        let terminal = Pseudoterminal()
        terminal.resize(to: 80)
        // The other end stays open, so that what pgzip wrote last can still be read.
        scratch.check("head -c 30000000 /dev/urandom > $'\(name)'; mkfifo pipe never")
        var threads = Threads()
        threads.start { [seen = scratch.path + "/seen"] in
            watch(terminal)
            unsafe close(creat(seen, 0o600))
        }
        scratch.check(
            """
            exec 9<> never 8<> \(terminal.path)
            TERM=\(term) pgzip -1 -o pipe $'\(name)' 2> \(terminal.path) &
            exec 3< pipe
            until [ -e seen ]; do head -c 65536 <&3 > part; read -t 0.02 <&9; done
            cat <&3 > rest
            wait $!
            """)
        threads.join()
    }

    /// One row at every width: counted in columns, cut between characters, without a raw control character.
    @Test(arguments: [
        "abcdefghijklmnopqrstuvwx", "short", #"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"#,
        #"e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81"#,
        #"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"#, #"\xcc\x81x"#, #"new\nline\e[2J\a\rname"#, #"\xe8\xff\xe8\xff\xe8\xff\xe8\xff\xe8\xff"#,
        #"\xe2\x9d\xa4\xef\xb8\x8f\xe2\x9d\xa4\xef\xb8\x8f\xe2\x9d\xa4\xef\xb8\x8f"#, "\\xc2\\x9b2J",
    ])
    func lineStaysInOneRow(_ name: String) {
        run(name) { terminal in
            for columns in [80, 1, 2, 3, 5, 10, 11, 20, 30, 39, 50, 79, 132] {
                terminal.resize(to: columns)
                // One drawing may have been measured before.
                while !terminal.read(isPatient: false).isEmpty {}
                var screen = Screen(columns: columns)
                var isNew = false
                while true {
                    let bytes = terminal.read(isPatient: true)
                    if bytes.isEmpty {
                        Issue.record("nothing was drawn at \(columns) columns")
                        return
                    }
                    // A drawing comes in one piece.
                    screen.resize(to: columns)
                    if isNew { screen.show(String(decoding: bytes, as: UTF8.self)[...]) }
                    if isNew && screen.drawings > 0 { break }
                    isNew = true
                }
                let line = String(screen.line)
                #expect(screen.scrolled == 0, "\(columns) columns: \(line)")
                #expect(screen.offences == [], "\(columns) columns: \(line)")
                #expect(columns < 7 || line.contains("%"), "\(columns) columns: \(line)")
                #expect((line.contains("[") && line.contains("] ")) == (columns >= 39), "\(columns) columns: \(line)")
            }
        }
    }
}
