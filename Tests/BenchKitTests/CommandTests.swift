import BenchKit
import Foundation
import TestSupport
import Testing

/// The command itself: its messages about bad input, and that its options arrive.
@Suite(.serialized, .watched) struct CommandTests {
    private func bench(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let (process, output, errors) = try start(arguments)
        // Both are short: neither fills its pipe while the other is read.
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: complaint, as: UTF8.self)
        )
    }

    private func start(_ arguments: [String]) throws -> (Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = try FileManager.default
            .destinationOfSymbolicLink(atPath: "/proc/self/exe").asURL.deletingLastPathComponent()
            .appendingPathComponent("bench")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    /// Starts the command and returns when it reports that row.
    private func start(_ line: String, untilRow row: Int) throws -> (Process, output: Pipe) {
        let (process, output, errors) = try start((line + " --verbose").split(separator: " ").map(String.init))
        var said = ""
        while !said.contains("row \(row) of") {
            let more = errors.fileHandleForReading.availableData
            try #require(!more.isEmpty, "it ended: \(said)")
            said += String(decoding: more, as: UTF8.self)
        }
        return (process, output)
    }

    @Test func aResultSaysWhatRepeatsIt() throws {
        let line = "idle --consumers 1 --after 1us --elements 3 --runs=1 --format json --verbose --output=/dev/stdout"
        let (status, output, _) = try bench(line.split(separator: " ").map(String.init))
        #expect(status == 0)
        let report = try #require(StoredReport.read(Data(output.utf8), "its output")[0].queues)
        #expect(
            report.settings.arguments.joined(separator: " ") == "idle --consumers 1 --after 1us --elements 3 --runs=1")
    }

    @Test func aPageIsMadeOfResults() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (json, page) = (directory.path + "/r.json", directory.path + "/r.html")
        let options = "--topologies SPSC --batch 1 --elements 100 --runs 2 --format json --output \(json)"
        #expect(try bench(options.split(separator: " ").map(String.init)).status == 0)
        #expect(try bench(["report", json, "-o", page]).status == 0)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<figure>"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: json))
        let (status, _, errors) = try bench(["report", json, "-o", page])
        #expect(status == 2 && errors == "bench: \(json): is not JSON, or is cut short\n")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<figure>"), "the page is as it was")
        let runner = PeerRunner(runs: 1, milliseconds: 1, hog: [])
        let peers = PeerReport(.test, runner: runner, arguments: [], leftOut: [], summaries: [])
        try Data(try peers.json().utf8).write(to: URL(fileURLWithPath: json))
        #expect(try bench(["report", json, "-o", page]).status == 0)
        let (refused, _, why) = try bench(["compare", json, json])
        #expect(refused == 2 && why.contains("\(json): is of 'bench peers', which has no control to compare by"))
        #expect(try bench(["compare", json, json, "--output", page]).status == 2)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<html"), "the page is as it was")
    }

    @Test func anInterruptedRunWritesWhatIsFinished() throws {
        let batches = (1...16).map(String.init).joined(separator: ",")
        let (process, output) = try start(
            "--queues ring --topologies SPSC --batch \(batches) --elements 100 --runs 300 --format json", untilRow: 2)
        process.interrupt()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        let report = try #require(StoredReport.read(text, "its output")[0].queues)
        #expect((1..<16).contains(report.results.count))
        #expect(report.results[0].runs == 300 && report.results.allSatisfy { $0.verified })
    }

    @Test func aSecondInterruptEndsAtOnce() throws {
        let (process, _) = try start("--queues ring --topologies SPSC --batch 1 --elements 200M --runs 9", untilRow: 1)
        // Two signals that come together count as one.
        while process.isRunning {
            process.interrupt()
            sched_yield()
        }
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT)
    }

    @Test(arguments: [
        ("--foo", "--foo"), ("--queues nope", "nope"), ("--capacity 0", "--capacity is 0: it must be 1 to 1073741824"),
        ("--capacity=-3", "a count is a whole number"), ("--batch 2000", "--batch is 2000: it must be 1 to 1024"),
        ("--payload 9", "8, 64 or 256"), ("--elements 0", "--elements is 0"),
        ("--runs x", "a count is a whole number"), ("--budget 0s", "--budget is 0"),
        ("--quiet --verbose", "--quiet and --verbose: one of them"),
        ("--wait never", "'never' is invalid"), ("--format xml", "'xml' is invalid"),
        ("--batch 1,,2", "a count is a whole number"),
        ("--output /nowhere/at/all", "/nowhere/at/all: No such file or directory"),
        ("--topologies SPSC --producers 2", "fits SPSC"), ("--producers 0", "--producers is 0"),
        ("pipeline --queues ring-try", "ring-try"), ("--queues stages", "stages: it has no part in 'contention'"),
        ("pipeline --queues stages --batch 32", "--queues stages: none has a part in this"),
        ("pipeline --work=-1", "a count is a whole number"), ("nosuch", "nosuch"),
        ("pipeline --work 2G", "--work is 2000000000: it must be 0 to 100000000"),
        ("--capacity 10kk", "a count is a whole number"), ("--payload 64kB", "a size is a whole number"),
        ("latency --rates 10k,fast", "a rate is a count"), ("latency --rates 0", "--rates is 0: it must be 1 to"),
        ("latency --batch 4", "--batch is 4: latency is measured of single elements"),
        ("latency --pause 1ms", "--pause with the rate 'max'"),
        ("latency --queues stages", "stages: it has no part in"),
        ("idle --after 10", "a time is a whole number"), ("idle --after 9s", "--after is 9000000000: it must be"),
        ("idle --consumers 0", "--consumers is 0"),
        ("sweep", "--over"), ("compare", "0 files: two are compared"),
        ("compare a b --against HEAD", "not both"),
        ("compare --against HEAD --rounds 2", "--rounds is 2: it must be 5 to 1000"),
        ("compare --against nosuch", "--against nosuch: there is no such commit"),
        ("turn ring --producers 2", "--producers is 2: it must be 1 to 1"),
        ("turn stages", "stages: it has no part in"),
        ("turn ring-try --work 0", "ring-try: it has no part in"), ("turn ring --time 1ns", "--time is 1:"),
        ("compare /nowhere/a.json b.json", "/nowhere/a.json: cannot be read"),
        ("sweep --over sideways", "'sideways' is invalid"),
        ("sweep --over batch --values 2000", "--values is 2000: it must be 1 to 1024"),
        ("sweep --over payload --values 9", "8, 64 or 256"), ("sweep --over threads --topology spsc", "SPSC"),
    ])
    func badInputGetsOneLine(line: String, says: String) throws {
        let (status, output, errors) = try bench(line.split(separator: " ").map(String.init))
        #expect(status == 2)
        #expect(output.isEmpty)
        let lines = errors.split(separator: "\n")
        #expect(lines.count == 1 && lines.allSatisfy { $0.hasPrefix("bench: ") && $0.contains(says) }, "\(errors)")
    }

    @Test func optionsArrive() throws {
        let options =
            "--queues mutex,ring --topologies mpmc,SPSC --producers 1 --consumers 1 --batch 3 --capacity 5 --payload 64 "
            + "--elements 100 --runs 2 --wait spin --pin --format csv"
        let (status, output, errors) = try bench(options.split(separator: " ").map(String.init))
        #expect(status == 0)
        #expect(errors.isEmpty || errors.hasPrefix("bench: "), "only warnings go to a pipe")
        let rows = output.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").prefix(14).joined(separator: ",")
        }
        #expect(
            rows == [
                "contention,mutex,true,MPMC,1,1,3,5,64,park,100,2,ok,true",
                "contention,ring-mpmc,true,MPMC,1,1,3,5,64,spin,100,2,ok,true",
                "contention,mutex,true,SPSC,1,1,3,5,64,park,100,2,ok,true",
                "contention,ring-spsc,true,SPSC,1,1,3,5,64,spin,100,2,ok,true",
            ])
    }

    @Test(arguments: ["table", "json", "markdown"]) func everyFormatIsPrinted(format: String) throws {
        let options = "pipeline --queues ring,mutex --batch 1 --elements 100 --runs 1 --format \(format)"
        let (status, output, _) = try bench(options.split(separator: " ").map(String.init))
        #expect(status == 0)
        #expect(output.contains("ring-pipeline"))
    }

    @Test(arguments: ["--topology MPMC --producers 2 --consumers 2 --batch 8", "--work 0"])
    func aTurnPrintsItsRate(line: String) throws {
        let (status, output, _) = try bench(
            ["turn", "ring", "--time", "2ms"] + line.split(separator: " ").map(String.init))
        #expect(status == 0)
        let rate = try #require(Double(output.dropLast()))
        #expect(rate > 0)
    }

    @Test(arguments: [
        ("latency --rates 100k,max --elements 200 --runs 1", "latency"), ("idle --elements 3 --runs 1", "idle"),
        ("sweep --over batch --values 1,8 --elements 100 --runs 1", "contention"),
    ])
    func theOthersRun(line: String, workload: String) throws {
        let (status, output, _) = try bench((line + " --format csv").split(separator: " ").map(String.init))
        #expect(status == 0)
        #expect(output.split(separator: "\n").dropFirst().contains { $0.hasPrefix(workload) })
        let (also, table, _) = try bench(line.split(separator: " ").map(String.init))
        #expect(also == 0)
        #expect(table.contains("ring-sp"))
    }
}

extension String {
    fileprivate var asURL: URL { URL(fileURLWithPath: self) }
}
