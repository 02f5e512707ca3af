import BenchKit
import Foundation
import TestSupport
import Testing

/// `bench` with standard streams that are full, closed, broken, non-blocking or a terminal.
@Suite(.watched) struct StreamTests {
    static let quick = "--queues ring --topologies SPSC --batch 1 --elements 100 --runs 1"
    static let unwritable: [(redirection: String, outlet: Outlet?, says: String)] = [
        ("/dev/full", nil, "No space left on device"), ("&-", nil, "Bad file descriptor"),
        ("&9", .broken, "Broken pipe"),
    ]

    /// A diagnostic without a reader changes neither the status nor the results.
    @Test(
        arguments: [
            ("2> /dev/full", nil), ("2>&-", nil), ("2>&9", .broken), ("2>&9", .full), ("< /dev/null <&- 2>&-", nil),
        ] as [(String, Outlet?)])
    func aDiagnosticThatIsLostIsHarmless(redirection: String, outlet: Outlet?) throws {
        for pipes in ["", "trap '' PIPE; "] {
            let scratch = Scratch()
            func run(_ arguments: String) -> Ran {
                scratch.sh("\(pipes)bench \(arguments) \(redirection)", outlet: outlet)
            }
            #expect(run("--nonsense").status == 2)
            #expect(run("report nothing -o page").status == 2)
            let results = run("\(Self.quick) --format json --verbose")
            #expect(results.status == 0)
            #expect(try StoredReport.read(Data(results.out.utf8), "its output").count == 1)
            #expect(run("\(Self.quick) --format json --verbose --output r.json").status == 0)
            #expect(try StoredReport.read(Data(scratch.read("r.json")), "r.json").count == 1)
            // Warnings of the machine may come.
            #expect(run("\(Self.quick) --format csv --output r.csv").status == 0)
            #expect(String(decoding: scratch.read("r.csv"), as: UTF8.self).hasPrefix("workload,"))
        }
    }

    static let printing = [
        "--help", "--help-hidden", "help", "pipeline --help", "help report", "--generate-completion-script bash",
        "turn ring --time 1ms", "fairness --ends 1 --windows 1", "loop c --pairs 10", quick, "\(quick) --format json",
        "\(quick) --format csv", "\(quick) --format markdown", "\(quick) --output -",
        "pipeline --queues ring --batch 1 --work 0 --elements 100 --runs 1",
        "latency --queues ring --rates 1M --elements 100 --runs 1 --no-pingpong",
        "idle --queues ring --after 1us --elements 3 --runs 1",
        "sweep --over batch --values 1 --queues ring --elements 100 --runs 1",
        "peers --programs . --workloads 2p2c --core --runs 1 --ms 1", "report r.json -o -", "compare r.json r.json",
    ]

    @Test(arguments: printing) func resultsThatAreNotWrittenAreAnError(arguments: String) {
        let scratch = Scratch()
        scratch.check(
            "bench --queues ring,c-mutex --topologies SPSC --batch 1 --elements 100 --runs 5 --format json > r.json")
        // A contender for 'bench peers' that needs no build.
        scratch.program(
            "peers-test",
            #"""
            #!/bin/sh
            if [ "$1" = --list ]; then printf 'ring\t1\tparks\n'
            else echo '{"outcome":"ok","elements":1000,"ns":1000000,"cpu_ns":1000000}'; fi
            """#)
        for (redirection, outlet, says) in Self.unwritable {
            let ran = scratch.sh("trap '' PIPE; bench \(arguments) >\(redirection)", outlet: outlet)
            #expect(ran.status == 1, "\(ran.err)")
            #expect(ran.err.hasSuffix("bench: standard output: \(says)\n"), "\(ran.err)")
        }
        #expect(scratch.sh("bench \(arguments) >&9", outlet: .broken).status == 128 + SIGPIPE)
        let ran = scratch.sh("bench \(arguments)")
        #expect([0, 1].contains(ran.status) && !ran.out.isEmpty, "\(ran.err)")
    }

    @Test(arguments: ["", "--output -", "--output /dev/stdout"])
    func aNonBlockingPipeGetsAllResults(output: String) throws {
        let batches = (1...64).map(String.init).joined(separator: ",")
        let ran = Scratch().sh(
            "bench --queues ring --topologies SPSC,MPMC --batch \(batches) --elements 10 --runs 9 --format json \(output) >&9",
            outlet: .nonBlocking)
        #expect(ran.status == 0, "\(ran.err)")
        #expect(ran.nine.count > 1 << 16)
        let report = try #require(StoredReport.read(Data(ran.nine), "its output")[0].queues)
        #expect(report.results.count > 64)
    }

    /// A closed standard stream never becomes a file.
    @Test(arguments: ["2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func aFileGetsTheResultsAlone(redirections: String) throws {
        let scratch = Scratch()
        #expect(scratch.sh("bench \(Self.quick) --format csv --verbose --output r.csv \(redirections)").status == 0)
        let text = String(decoding: scratch.read("r.csv"), as: UTF8.self)
        #expect(text.hasPrefix("workload,") && text.split(separator: "\n").count == 2)
        // A closed standard output cannot be opened by its name.
        let status: Int32 = redirections == "2>&-" ? 0 : 2
        #expect(scratch.sh("bench \(Self.quick) --output /dev/stdout \(redirections)").status == status)
    }

    @Test func aTerminalGetsALineThatIsRedrawnIfItKnowsHow() {
        let run = "bench --queues ring --topologies SPSC --batch 1,2 --elements 100 --runs 1 --output r"
        let shown = Scratch().sh("TERM=xterm \(run) 2>&9", outlet: .terminal)
        #expect(shown.status == 0 && String(decoding: shown.nine, as: UTF8.self).contains("\u{1B}[K"))
        for terminal in ["TERM=dumb", "TERM=", "env -u TERM"] {
            for verbose in ["", "--verbose"] {
                let dumb = Scratch().sh("\(terminal) \(run) \(verbose) 2>&9", outlet: .terminal)
                let text = String(decoding: dumb.nine, as: UTF8.self)
                #expect(dumb.status == 0 && !text.contains("\u{1B}"))
                // A terminal ends a line with both.
                #expect(!text.replacing("\r\n", with: "\n").contains("\r"))
                #expect(text.contains("row 1 of") == (verbose != ""))
            }
        }
    }

    /// A command that a script runs in the background ignores Ctrl-C.
    @Test func anIgnoredInterruptStaysIgnored() throws {
        let scratch = Scratch()
        let ran = scratch.sh(
            """
            mkfifo pipe
            (trap '' INT; exec bench --queues ring --topologies SPSC --batch 1,2,3 --elements 100 --runs 300 --verbose \
              --format json --output r.json 2> pipe) & pid=$!
            while IFS= read -r line; do
              case "$line" in row*) kill -INT $pid ;; esac
            done < pipe
            wait $pid
            """)
        #expect(ran.status == 0)
        #expect(try StoredReport.read(Data(scratch.read("r.json")), "r.json")[0].queues?.results.count == 3)
    }
}
