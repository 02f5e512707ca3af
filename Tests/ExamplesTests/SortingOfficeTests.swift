import TestSupport
import Testing

@Suite struct SortingOfficeTests {
    @Test(arguments: [1, 2, 7]) func inOrderForEachAddress(carriers: Int) {
        let scratch = Scratch()
        scratch.write(
            Array("Amsel\tone\nFink\ttwo\n\tlost\nAmsel\tthree\t!\nno tab\nStar\t\n\nFink\tlast".utf8), to: "letters")
        let story = Story(scratch.sh("sorting-office --carriers \(carriers) letters"))
        let counts = ["2 for Amsel", "2 for Fink", "1 for Star"]
        #expect(story.lines.suffix(3) == counts[...])
        let delivered = story.lines.dropLast(3)
        #expect(delivered.filter { $0.hasPrefix("Amsel") } == ["Amsel\t1\tone", "Amsel\t2\tthree\t!"])
        #expect(delivered.filter { $0.hasPrefix("Fink") } == ["Fink\t1\ttwo", "Fink\t2\tlast"])
        #expect(delivered.filter { $0.hasPrefix("Star") } == ["Star\t1\t"])
        #expect(delivered.count == 5)
        let dead = story.err.split(separator: "\n").filter { $0.hasPrefix("dead") }
        #expect(
            dead == [
                "dead letter in line 3, no address: \\x09lost", "dead letter in line 5, no address: no tab",
                "dead letter in line 7, no address: ",
            ])
        #expect(story.err.contains("reception: finished\n") && story.err.contains("delivery: finished\n"))
        #expect(story.err.contains("  stamp: 8 taken, 5 completed, 3 dead-lettered, 5 emitted\n"))
    }

    /// More letters than the queues hold, over every way in: each address gets its letters, in their order.
    @Test(arguments: ["letters", "letters -", "- < letters", "< letters"]) func manyLetters(files: String) {
        Scratch().check(
            """
            set -e
            for i in $(seq 20000); do printf 'a%d\\tletter %d\\n' $((i * i % 37)) $i; done > letters
            < /dev/null sorting-office --carriers 4 \(files) > out 2> err || { cat err; exit 1; }
            [ "$(grep -c letter out)" = 20000 ]
            for a in $(cut -f1 letters | sort -u); do
              grep "^$a\t" letters | cut -f2 | cmp - <(grep "^$a\t" out | cut -f3)
              grep "^$a\t" out | cut -f2 | cmp - <(seq $(grep -c "^$a\t" letters))
            done
            """)
    }

    /// The same seed makes up the same letters, however many carry them.
    @Test func inventedLetters() {
        Scratch().check(
            """
            set -e
            sorting-office --letters 5000 --seed 7 --carriers 1 > one 2> dead
            sorting-office --letters 5000 --seed 7 --carriers 5 2> other-dead | sort > five
            sort one | cmp - five
            grep ^dead dead | cmp - <(grep ^dead other-dead)
            [ $(($(grep -c $'\\t' one) + $(grep -c ^dead dead))) = 5000 ]
            ! cmp -s one <(sorting-office --letters 5000 --seed 8 --carriers 1 2> /dev/null)
            """)
    }

    /// It waits for standard input, which never delivers anything.
    @Test func controlCReleasesTheReader() {
        let story = Story(
            Scratch().sh(
                "mkfifo in; exec 3<> in; printf 'Amsel\\tone\\n' >&3\n"
                    + signalling(
                        "sorting-office < in",
                        """
                        Amsel*) kill -QUIT $pid ;;
                        'delivery: '*since*) kill -INT $pid ;;
                        """)),
            status: 130)
        #expect(story.lines.first == "Amsel\t1\tone")
        #expect(story.lines.contains { $0.hasPrefix("reception: read waiting in its body since ") })
        #expect(story.lines.contains { $0.hasPrefix("delivery: sort waiting to dequeue from ") })
        #expect(story.lines.contains("reception: cancelled") && story.lines.contains("delivery: cancelled"))
    }

    /// Addresses are bytes: two that are not UTF-8, or would be the same characters, are different.
    @Test func addressesAreBytes() {
        let letters: [UInt8] =
            [0x74, 0xE8] + Array("\tone\n".utf8) + [0x74, 0xE9] + Array("\ttwo\u{301}\n".utf8) + [0x74, 0xE8]
            + Array("\t".utf8) + [0xFF] + Array("\ne\u{301}\tx\n\u{E9}\ty\n".utf8)
        let scratch = Scratch()
        scratch.write(letters, to: "letters")
        scratch.check(
            """
            sorting-office letters | sort > out
            printf '%b' 't\\xe8\\t1\\tone\\nt\\xe8\\t2\\t\\xff\\nt\\xe9\\t1\\ttwo\\xcc\\x81\\n' \
              'e\\xcc\\x81\\t1\\tx\\n\\xc3\\xa9\\t1\\ty\\n1 for e\\xcc\\x81\\n2 for t\\xe8\\n1 for t\\xe9\\n1 for \\xc3\\xa9\\n' |
              sort | cmp - out
            """)
    }

    @Test func namesAndDeadLettersAreShownWithoutControlCharacters() {
        let scratch = Scratch()
        scratch.write(Array("\u{1B}[2J".utf8) + [0xFF, 0x0A], to: "letters")
        let read = scratch.sh(#"mv letters $'n\xff\xcc\x81'; sorting-office $'n\xff\xcc\x81'"#)
        #expect(read.status == 0 && read.err.contains("dead letter in line 1, no address: \\x1b[2J\\xff\n"))
        let refused = scratch.sh(#"sorting-office $'\e\xff'"#)
        #expect(refused.status == 1 && refused.err.hasSuffix("\nError: \\x1b\\xff: No such file or directory\n"))
    }

    /// It waits for a FIFO without a writer.
    @Test func controlCReleasesTheReaderOfAFifo() {
        let story = Story(
            Scratch().sh(
                "printf 'Amsel\\tone\\n' > letters; mkfifo fifo\n"
                    + signalling("sorting-office letters fifo", "Amsel*) kill -INT $pid ;;")),
            status: 130)
        #expect(story.lines.contains("reception: cancelled") && story.lines.contains("delivery: cancelled"))
    }

    @Test func lettersComeFromFifosInTurn() {
        Scratch().check(
            """
            mkfifo one two
            sorting-office one two > out 2> err & pid=$!
            (printf 'Amsel\\tone\\n'; printf 'Amsel\\ttwo\\n') > one
            printf 'Amsel\\tthree' > two
            wait $pid || exit 1
            printf 'Amsel\\t1\\tone\\nAmsel\\t2\\ttwo\\nAmsel\\t3\\tthree\\n3 for Amsel\\n' | cmp - out
            """)
    }

    @Test(arguments: [
        ("nothing", "nothing: No such file or directory"), (". letters", ".: Is a directory"),
        ("letters > /dev/full", "standard output: No space left on device"),
    ])
    func systemErrorsAreReported(_ arguments: String, _ message: String) {
        let story = Story(Scratch().sh("printf 'Amsel\\tone\\n' > letters; sorting-office \(arguments)"), status: 1)
        #expect(story.lines.isEmpty && story.err.hasSuffix("\nError: \(message)\n"))
    }

    @Test(arguments: [
        ("--carriers 0", "--carriers 0: the number of carriers is 1 to 1000"),
        ("--letters -1", "--letters -1: the number of letters is 0 to 1000000000"),
        ("--letters 1 file", "--letters and a file exclude each other"),
    ])
    func wrongOptions(_ options: String, _ message: String) {
        let story = Story(Scratch().sh("sorting-office \(options)"), status: 64)
        #expect(story.lines.isEmpty && story.err.hasPrefix("Error: \(message)\n"))
    }
}
