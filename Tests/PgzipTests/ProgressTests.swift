import Glibc
import TestSupport
import Testing

/// The line that shows how far the work is, on a terminal whose width the tests decide.
@Suite struct ProgressTests {
    /// Runs pgzip on a file of this name, its standard error on a terminal, and `companion`, a command that writes into the
    /// FIFO 'other'. Their output is read slowly until `watch` has seen enough; then both are ended. The data lasts for
    /// many times as long as that takes, so that a slow machine does not run out of it.
    private func run(
        _ name: String, companion: String = "", in scratch: Scratch = Scratch(),
        _ watch: @escaping @Sendable (Pseudoterminal) -> Void
    ) {
        let terminal = Pseudoterminal()
        terminal.resize(to: 80)
        scratch.check("head -c 90000000 /dev/urandom > $'\(name)'; mkfifo pipe other never")
        var threads = Threads()
        threads.start { [seen = scratch.path + "/seen"] in
            watch(terminal)
            unsafe close(creat(seen, 0o600))
        }
        // The terminal stays open, so that what pgzip wrote last can still be read.
        scratch.check(
            """
            exec 9<> never 8<> \(terminal.path) 4< /dev/null
            if [ -n "\(companion)" ]; then \(companion.isEmpty ? ":" : companion) & ids=$!; exec 4< other; fi
            TERM=xterm pgzip -1 -o pipe $'\(name)' 2> \(terminal.path) & ids="$ids $!"
            exec 3< pipe
            until [ -e seen ]; do head -c 65536 <&4 > part; head -c 65536 <&3 > part; read -t 0.02 <&9; done
            kill $ids
            wait
            """)
        threads.join()
    }

    /// Without a terminal that can redraw a line nothing is shown, while another run does show it.
    @Test(arguments: ["TERM=dumb", "TERM=", "-u TERM"]) func nothingIsShownOnADumbTerminal(_ term: String) {
        let dumb = Pseudoterminal()
        run("file", companion: "env \(term) pgzip -1 -o other file 2> \(dumb.path)") {
            ProgressTests.seesThreeDrawings($0)
        }
        #expect(dumb.read(isPatient: false) == [])
    }

    @Test(arguments: ["", "-q"]) func nothingIsShownWithoutATerminalOrWhenQuiet(_ option: String) {
        let scratch = Scratch()
        let quiet = Pseudoterminal()
        let target = option.isEmpty ? "said" : quiet.path
        run("file", companion: "env TERM=xterm pgzip -1 \(option) -o other file 2> \(target)", in: scratch) {
            ProgressTests.seesThreeDrawings($0)
        }
        #expect(scratch.read("said") == [] && quiet.read(isPatient: false) == [])
    }

    private static func seesThreeDrawings(_ terminal: Pseudoterminal) {
        var screen = Screen(columns: 80)
        while screen.drawings < 3 {
            let bytes = terminal.read(isPatient: true)
            if bytes.isEmpty {
                Issue.record("nothing was drawn")
                return
            }
            screen.show(String(decoding: bytes, as: UTF8.self)[...])
        }
    }

    /// One row at every width: counted in columns, cut between characters, without a raw control character.
    @Test(arguments: [
        "abcdefghijklmnopqrstuvwx", "short", #"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"#,
        #"e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81"#,
        #"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"#, #"\xcc\x81x"#, #"new\nline\e[2J\a\rname"#, #"\xe8\xff\xe8\xff\xe8\xff\xe8\xff\xe8\xff"#,
        #"\xe2\x9d\xa4\xef\xb8\x8f\xe2\x9d\xa4\xef\xb8\x8f\xe2\x9d\xa4\xef\xb8\x8f"#, "\\xc2\\x9b2J",
        #"\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8\xcd\xb8"#,
    ])
    func lineStaysInOneRow(_ name: String) {
        run(name) { terminal in
            for columns in [80, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 20, 30, 39, 50, 79, 132] {
                terminal.resize(to: columns)
                while !terminal.read(isPatient: false).isEmpty {}
                // One drawing, or the rest of one, may have been measured before.
                guard terminal.drawing() != nil, let drawing = terminal.drawing() else {
                    Issue.record("nothing was drawn at \(columns) columns")
                    return
                }
                var screen = Screen(columns: columns)
                screen.show(drawing[...])
                let line = String(screen.line)
                #expect(screen.scrolled == 0, "\(columns) columns: \(line)")
                #expect(screen.offences == [], "\(columns) columns: \(line)")
                #expect(columns < 11 || line.first?.isNumber == false, "no name at \(columns) columns: \(line)")
                #expect(columns < 7 || line.contains("%"), "\(columns) columns: \(line)")
                #expect((line.contains("[") && line.contains("] ")) == (columns >= 39), "\(columns) columns: \(line)")
            }
        }
    }
}
