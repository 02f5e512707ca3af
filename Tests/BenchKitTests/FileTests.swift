import BenchKit
import Foundation
import TestSupport
import Testing

/// Files that `bench` reads and writes, whatever their names and kinds are.
@Suite(.watched) struct FileTests {
    static let quick = "--queues ring,c-mutex --topologies SPSC --batch 1 --elements 100 --runs 5 --format json"

    /// With results in r.json.
    private func scratch() -> Scratch {
        let scratch = Scratch()
        scratch.check("bench \(Self.quick) --output r.json")
        return scratch
    }

    @Test(arguments: [#"t\xe8"#, #"\xff"#, #"\xcc\x81x"#, #"\xe2\x80\x8dx"#, #"a\nb\x1b[2J"#, "größe"])
    func aNameIsBytes(name: String) {
        let scratch = scratch()
        scratch.check(
            """
            set -e
            name=$'\(name)'
            bench report r.json -o "$name"; [ -s "$name" ]
            rm "$name"
            bench report r.json --output="$name"; [ -s "$name" ]
            cp r.json "$name"
            bench report "$name" -o page; [ -s page ]
            bench compare "$name" r.json > c || [ $? = 1 ]; [ -s c ]
            rm "$name"
            bench \(Self.quick) --output "./$name"; cmp -s "$name" r.json || [ -s "$name" ]
            files=(*); [ "${#files[@]}" = 4 ]
            """)
    }

    @Test func messagesShowWhatATerminalMustNotGet() {
        let ran = Scratch().sh(#"bench report $'n\xe8\x1b[2J' -o page"#)
        #expect(ran.status == 2 && ran.err == "bench: n\\xe8\\x1b[2J: cannot be read: No such file or directory\n")
        let option = Scratch().sh(#"bench $'--ö\x1b[2J\xff'"#)
        #expect(option.status == 2 && option.err == "bench: Unknown option '--ö\\x1b[2J\\xff'\n")
        let programs = Scratch().sh(#"bench peers --programs $'\xff'"#)
        #expect(programs.status == 2 && programs.err == "bench: \\xff: only a name in UTF-8 can be used here\n")
    }

    @Test(arguments: [
        "bench report <(cat r.json) -o page", "cat r.json | bench report /dev/stdin -o page",
        "bench report /dev/stdin -o page < r.json", "mkfifo f; cat r.json > f & bench report f -o page",
        "bench report r.json <(cat r.json) -o - > page", "bench compare <(cat r.json) <(cat r.json) --output page",
        "cat r.json | bench compare r.json /dev/stdin > page || [ $? = 1 ]",
    ])
    func resultsAreReadFromWhatCannotSeek(script: String) {
        scratch().check("\(script) || [ $? = 1 ]; [ -s page ]")
    }

    @Test func inputsThatCannotBeReadAreNamed() {
        let ran = Scratch().sh("bench report . -o page")
        #expect(ran.status == 2 && ran.err == "bench: .: cannot be read: Is a directory\n")
        #expect(Scratch().sh("bench report /dev/stdin -o page <&-").status == 2)
    }

    /// Ctrl-C ends the wait for an input that has no writer.
    @Test func controlCEndsTheWaitForAnInput() {
        // The script can open it for writing when bench opens it for reading; nothing is written.
        let ran = Scratch().sh(
            "mkfifo f; env --default-signal=INT bench report f -o page & exec 8> f; kill -INT $!; wait $!")
        #expect(ran.status == 130)
    }

    @Test(arguments: [
        "report nothing -o new", "compare nothing nothing --output new", "compare --against nosuch --output new",
        "peers --programs . --contenders nosuch --output new", "--queues stages --output new",
        "pipeline --queues stages --batch 32 --output new", "report r.json -o new --format nosuch",
    ])
    func aFailedCommandLeavesFilesAsTheyAre(arguments: String) {
        let scratch = scratch()
        #expect([1, 2].contains(scratch.sh("bench \(arguments)").status))
        scratch.check("[ ! -e new ]")
        scratch.write(Array("old".utf8), to: "new")
        #expect([1, 2].contains(scratch.sh("bench \(arguments)").status))
        #expect(scratch.read("new") == Array("old".utf8))
    }

    /// The file is made when there are results: a command that ends before, however it ends, leaves none.
    @Test func aKilledCommandLeavesNoFile() {
        Scratch().check(
            """
            mkfifo pipe
            bench --queues ring --topologies SPSC --batch 1 --elements 200M --runs 9 --verbose --output new 2> pipe & pid=$!
            read -r line < pipe
            kill -KILL $pid
            wait $pid
            [ ! -e new ]
            """)
    }

    @Test func aFileThatHasNoRoomKeepsWhatItHad() {
        let scratch = scratch()
        scratch.write(Array("old".utf8), to: "old")
        for (name, after) in [("old", "old"), ("new", nil)] {
            let ran = scratch.sh("ulimit -f 1; bench report r.json -o \(name)")
            #expect(ran.status == 1 && ran.err == "bench: \(name): File too large\n")
            #expect(String(decoding: scratch.read(name), as: UTF8.self) == after ?? "")
        }
        scratch.check("[ ! -e new ]")
        let full = scratch.sh("bench report r.json -o /dev/full")
        #expect(full.status == 1 && full.err == "bench: /dev/full: No space left on device\n")
    }

    /// Links, modes and files that are longer than the new results.
    @Test func aFileIsWrittenInPlace() {
        scratch().check(
            """
            set -e
            bench report r.json -o plain
            seq 100000 > old; chmod 640 old; ln old hard; ln -s old soft
            bench report r.json -o soft
            cmp plain old; [ -L soft ]; [ old -ef hard ]; [ "$(stat -c %a old)" = 640 ]
            ln -s new dangling
            bench report r.json -o dangling
            cmp plain new; [ -L dangling ]
            """)
    }

    @Test func aDashIsStandardOutput() {
        scratch().check(
            """
            set -e
            bench report r.json -o page
            bench report r.json -o - | cmp - page
            bench report r.json --output=- | cmp - page
            bench compare r.json r.json --output - > c || [ $? = 1 ]; [ -s c ]
            bench \(Self.quick) --output - > o; [ -s o ]
            [ ! -e ./- ]
            """)
    }

    /// A FIFO's reader gets the results and one end, whether it comes before them or after.
    @Test func aFifoGetsTheResults() {
        scratch().check(
            """
            set -e
            mkfifo f
            bench report r.json -o page
            cat f > got & bench report r.json -o f
            wait $!
            cmp page got
            rm got
            bench report r.json -o f 2> say & pid=$!
            until grep -q waiting say; do [ -d /proc/$pid ]; done
            cat f > got
            wait $pid
            cmp page got
            [ "$(cat say)" = "bench: waiting for a reader of f" ]
            """)
    }

    @Test func controlCEndsTheWaitForAReader() {
        for arguments in ["report r.json -o f", "\(Self.quick) --output f"] {
            let ran = scratch().sh(
                """
                mkfifo f say
                (exec env --default-signal=INT bench \(arguments)) 2> say & pid=$!
                while IFS= read -r line; do
                  case "$line" in *waiting*) kill -INT $pid ;; esac
                done < say
                wait $pid
                """)
            #expect(ran.status == 130)
        }
    }
}
