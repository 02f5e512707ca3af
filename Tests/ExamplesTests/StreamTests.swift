import TestSupport
import Testing

/// The examples with standard streams that are full, closed, broken or non-blocking, and with ignored signals.
@Suite(.watched) struct StreamTests {
    static let stories = [
        "notch --second 0 --tasks 3", "push --slow 0 --notifications 2", "sorting-office --letters 100",
    ]

    /// A diagnostic without a reader changes neither the status nor the results.
    @Test(
        arguments: [
            ("2> /dev/full", nil), ("2>&-", nil), ("2>&9", .broken), ("2>&9", .full), ("<&- 2>&-", nil),
        ] as [(String, Outlet?)])
    func aDiagnosticThatIsLostIsHarmless(redirection: String, outlet: Outlet?) {
        for pipes in ["", "trap '' PIPE; "] {
            for story in Self.stories {
                let scratch = Scratch()
                let ran = scratch.sh("\(pipes)\(story) \(redirection)", outlet: outlet)
                #expect(ran.status == 0)
                #expect(ran.out.utf8.count == scratch.sh(story).out.utf8.count)
                let wrong = scratch.sh("\(pipes)\(story) --nonsense \(redirection)", outlet: outlet)
                #expect(wrong.status == 64 && wrong.out.isEmpty)
            }
        }
    }

    @Test(
        arguments: stories + [
            "notch --help", "push --help", "sorting-office --help", "notch --generate-completion-script bash",
        ])
    func resultsThatAreNotWrittenAreAnError(story: String) {
        let unwritable: [(String, Outlet?, String)] = [
            ("/dev/full", nil, "No space left on device"), ("&-", nil, "Bad file descriptor"),
            ("&9", .broken, "Broken pipe"),
        ]
        for (redirection, outlet, says) in unwritable {
            let ran = Scratch().sh("trap '' PIPE; \(story) >\(redirection)", outlet: outlet)
            #expect(ran.status == 1 && ran.err.hasSuffix("Error: standard output: \(says)\n"), "\(ran.err)")
        }
        #expect(Scratch().sh("\(story) >&9", outlet: .broken).status == 141)
        #expect(Scratch().sh(story).status == 0)
    }

    @Test func aNonBlockingPipeGetsAllLetters() {
        let scratch = Scratch()
        let expected = scratch.sh("sorting-office --letters 9000 --carriers 1")
        #expect(expected.status == 0 && expected.out.utf8.count > 1 << 17)
        let ran = scratch.sh("sorting-office --letters 9000 --carriers 1 >&9", outlet: .nonBlocking)
        #expect(ran.status == 0 && ran.nine == Array(expected.out.utf8))
    }

    /// A closed standard stream never becomes a file.
    @Test func closedStandardStreamNeverBecomesAFile() {
        let scratch = Scratch()
        scratch.write(Array("Amsel\tone\n".utf8), to: "letters")
        let closed = scratch.sh("sorting-office letters - <&-")
        #expect(closed.status == 1 && closed.err.hasSuffix("\nError: standard input: Bad file descriptor\n"))
        #expect(scratch.sh("sorting-office letters <&-").out == "Amsel\t1\tone\n1 for Amsel\n")
    }

    /// A command that a script runs in the background ignores Ctrl-C and Ctrl-\.
    @Test(arguments: ["INT", "QUIT"]) func anIgnoredSignalStaysIgnored(signal: String) {
        let ran = Scratch().sh(
            """
            mkfifo pipe
            (trap '' INT QUIT; exec notch --second 1 --tasks 10) > pipe 2> err & pid=$!
            while IFS= read -r line; do
              echo "$line"
              kill -\(signal) $pid 2> /dev/null
            done < pipe
            wait $pid; status=$?
            grep -q 'since' err && exit 3
            exit $status
            """)
        #expect(ran.status == 0 && ran.out.hasSuffix("consumer stops\n"))
    }
}
