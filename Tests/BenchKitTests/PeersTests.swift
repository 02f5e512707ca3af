import Foundation
import TestSupport
import Testing

import BenchKit

/// `bench peers` over programs that answer as a test wants.
@Suite struct PeersTests {
    private let directory = Scratch()
    private var path: String { directory.path }

    /// A program with contenders, and its answer for each.
    private func program(_ name: String, _ answers: [(contender: String, waits: String, answer: String)]) {
        let list = answers.map { "\($0.contender)\t1.0\t\($0.waits)\n" }.joined()
        let cases = answers.map { "\($0.contender)) \($0.answer) ;;" }.joined(separator: "\n")
        directory.program(name, "#!/bin/sh\ncase $1 in\n--list) printf '\(list)' ;;\n\(cases)\nesac")
    }

    private func rate(_ millionsPerSecond: Int) -> String {
        #"echo '{"outcome":"ok","elements":\#(millionsPerSecond * 1000),"ns":1000000,"cpu_ns":2000000}'"#
    }

    private var runner: PeerRunner {
        var runner = PeerRunner(runs: 3, milliseconds: 1, hog: ["/bin/sleep", "60"])
        runner.patience = 1
        return runner
    }

    private let twoAndTwo = PeerWorkload.core.first { $0.name == "2p2c" }!

    @Test func contenderThatLosesAnElementHasNoFigure() throws {
        program("peers-ours", [("ring", "parks", rate(30)), ("mutex", "parks", rate(10))])
        program(
            "peers-others",
            [
                ("good", "yields", rate(20)), ("loses", "parks", #"echo '{"outcome":"failed"}'"#),
                ("away", "parks", #"echo '{"outcome":"absent"}'"#), ("hangs", "parks", "sleep 60"),
                ("parker", "parks", rate(15)),
            ])
        let contenders = try PeerContender.all(in: path)
        #expect(
            contenders.map(\.label) == ["ring", "ring again", "mutex", "good", "loses", "away", "hangs", "parker"])
        let outcome = try runner.run([twoAndTwo], contenders) { _ in true }
        let report = PeerReport(
            .test, runner: runner, arguments: ["peers"], leftOut: ["x: y"], summaries: outcome.summaries)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
        #expect(Set(json.keys) == ["schema", "machine", "conditions", "settings", "left_out", "results"])
        let results = try #require(json["results"] as? [[String: Any]])
        let outcomes = results.map { "\($0["contender"]!) \($0["outcome"]!) \($0["runs"]!) \($0["verified"]!)" }
        #expect(
            outcomes == [
                "ring ok 3 1", "ring again ok 3 1", "mutex ok 3 1", "good ok 3 1", "loses failed 1 0",
                "hangs stalled 1 0", "parker ok 3 1",
            ])
        #expect(results.map { $0["ours"] as? Bool } == [true, true, true, false, false, false, false])
        let keys: Set<String> = [
            "workload", "surroundings", "producers", "consumers", "batch", "capacity", "payload", "wait", "contender",
            "version", "waits", "bounded", "ours", "runs", "outcome", "verified",
        ]
        for result in results {
            let figures: Set<String> =
                result["outcome"] as? String == "ok" ? ["melem_per_s", "ring_to_this_melem_per_s"] : []
            #expect(Set(result.keys) == keys.union(figures))
        }
        let good = try #require(results[3]["ring_to_this_melem_per_s"] as? [String: Double])
        #expect(good == ["median": 1.5, "min": 1.5, "max": 1.5])
        let again = try StoredReport.read(Data(try report.json().utf8), "p.json")
        #expect(again[0].queues == nil)
        if case .peers(let same) = again[0] { #expect(try same.json() == report.json()) }
        let page = Page(again).html()
        #expect(page.components(separatedBy: "<rect class=\"mark s").count - 1 == 5, "those that ended well")
        #expect(page.contains("Ring 1.50 × the best peer, good: 2+2 threads"))
        let unknown = try report.json().replacing("\"2p2c\"", with: "\"2p9c\"")
        #expect { try StoredReport.read(Data(unknown.utf8), "p.json") } throws: {
            "\($0)" == "p.json: results[0].workload is '2p9c', which is unknown here"
        }
        let table = PeerTable(outcome.summaries, leftOut: ["x: y"]).text(.test, markdown: false)
        let says = "ring 1.50 (1.50 – 1.50) to the best peer, good; 2.00 (2.00 – 2.00) to the best that parks, parker."
        #expect(table.contains(says), "\(table)")
        #expect(table.contains("Left out: x: y"))
        #expect(table.contains("were 1.00 times apart"))
    }

    @Test func variationsTakeOursAndTheBest() throws {
        program(
            "peers-ours", [("ring", "parks", rate(30)), ("mutex", "parks", rate(10)), ("stages", "parks", rate(1))])
        program("peers-quick", (1...6).map { ("quick\($0)", "yields", rate(20 + $0)) })
        program("peers-slow", (1...4).map { ("slow\($0)", $0 == 1 ? "suspends" : "parks", rate($0)) })
        let beside = PeerWorkload.variations.first { $0.name == "2p2c" && $0.surroundings == .hogs }!
        let outcome = try runner.run([twoAndTwo, beside], try PeerContender.all(in: path)) { _ in true }
        let taking = outcome.summaries.filter { $0.workload == beside }.map(\.contender.name)
        #expect(
            taking == ["ring", "mutex", "stages", "quick2", "quick3", "quick4", "quick5", "quick6", "slow3", "slow4"])
    }

    @Test func overviewHasTheRingAndTheBestPeer() throws {
        program(
            "peers-all",
            [
                ("ring", "parks", rate(30)), ("stages", "parks", rate(10)), ("go-channel", "suspends", rate(15)),
                ("fast", "yields", rate(40)), ("loses", "parks", #"echo '{"outcome":"failed"}'"#),
            ])
        var objects = twoAndTwo
        objects.payload = "object"
        var tight = twoAndTwo
        tight.capacity = 64
        let works = [twoAndTwo, objects, tight, twoAndTwo.in(.oneProcessor), twoAndTwo.in(.hogs)]
        let outcome = try runner.run(works, try PeerContender.all(in: path)) { _ in true }
        let report = PeerReport(
            .test, runner: runner, arguments: ["peers"], leftOut: ["x: y"], summaries: outcome.summaries)
        let document = try #require(Page([.peers(report)]).markdown())
        let cells = "30.0 M/s | fast | **0.75** (0.75 – 0.75) |  | 2.00 |  |\n"
        let usual = "| 2+2 threads | \(cells)"
        let parts = document.components(separatedBy: "\n## ")
        try #require(parts.count == 5)
        #expect(parts[1].contains(usual) && parts[1].contains("measured 1.00 to 1.00 in these workloads."))
        #expect(parts[1].contains("fast 1.0, go-channel 1.0, loses 1.0.") && parts[1].contains("Left out: x: y."))
        #expect(parts[2].contains("| 2+2 threads, objects | \(cells)| 2+2 threads, room for 64 | \(cells)"))
        #expect(!parts[2].contains(usual))
        #expect(
            parts[3].contains(
                """
                | work | one processor | beside hogs |
                | --- | --- | --- |
                | 2+2 threads | **0.75** fast | **0.75** fast |

                """))
        #expect(parts[4].contains("### Ring 0.75 × the best peer, fast: 2+2 threads\n\n| queue | waits | "))
    }

    /// A contender that only yields has no thread to wake.
    @Test(arguments: [
        ("idle", "three sleepers, one is woken", "slow", "4.00"),
        ("pingpong-block", "a round trip, waiting", "slow", "4.00"),
        ("pingpong-spin", "a round trip, spinning", "quick", "**0.50**"),
    ])
    func overviewComparesWaitersWithPeersThatWait(work: String, words: String, best: String, ratio: String) throws {
        let time = { (ns: Int) in
            let figures = ["p50_ns", "p99_ns", "p999_ns", "wake_p50_ns", "wake_p99_ns", "cpu_percent"]
            let fields = figures.map { "\"\($0)\":\(ns)" }.joined(separator: ",")
            return "echo '{\"outcome\":\"ok\",\"elements\":5,\(fields)}'"
        }
        program(
            "peers-all",
            [("ring", "parks", time(2000)), ("quick", "yields", time(1000)), ("slow", "parks", time(8000))])
        let workload = PeerWorkload.core.first { $0.name == work }!
        let outcome = try runner.run([workload], try PeerContender.all(in: path)) { _ in true }
        let report = PeerReport(.test, runner: runner, arguments: ["peers"], leftOut: [], summaries: outcome.summaries)
        let document = try #require(Page([.peers(report)]).markdown())
        #expect(document.contains("| \(words) | 2.00 µs | \(best) | \(ratio) ("), "\(document)")
    }

    @Test func lessTimeIsBetter() throws {
        let time = { (ns: Int) in #"echo '{"outcome":"ok","elements":5,"p50_ns":\#(ns),"p99_ns":9,"p999_ns":9}'"# }
        program("peers-all", [("ring", "parks", time(50)), ("slow", "parks", time(100)), ("quick", "parks", time(25))])
        let workload = PeerWorkload.core.first { $0.name == "pingpong-block" }!
        let outcome = try runner.run([workload], try PeerContender.all(in: path)) { _ in true }
        let table = PeerTable(outcome.summaries, leftOut: []).text(.test, markdown: false)
        #expect(table.contains("p50 ns: ring 0.50 (0.50 – 0.50) to the best peer, quick."), "\(table)")
    }

    @Test func brokenProgramIsReported() throws {
        #expect(throws: PeerError.self) { try PeerContender.all(in: path + "/nothing") }
        program("peers-ours", [("ring", "naps", rate(1))])
        #expect(throws: PeerError.self) { try PeerContender.all(in: path) }
        program("peers-ours", [("ring", "parks", "echo broken >&2; exit 3")])
        let broken = try PeerContender.all(in: path)
        let error = #expect(throws: PeerError.self) { try runner.run([twoAndTwo], broken) { _ in true } }
        #expect(error?.description == "ring in 2p2c ended with status 3: broken")
        program("peers-ours", [("ring", "parks", "echo hello")])
        let chatty = try PeerContender.all(in: path)
        #expect(throws: PeerError.self) { try runner.run([twoAndTwo], chatty) { _ in true } }
    }

    @Test func surroundingsAreSetUp() throws {
        program("peers-ours", [("ring", "parks", "taskset -p $$ >&2; exit 1")])
        let contenders = try PeerContender.all(in: path)
        let one = PeerWorkload.variations.first { $0.surroundings == .oneProcessor }!
        let error = #expect(throws: PeerError.self) { try runner.run([one], contenders) { _ in true } }
        #expect(error?.description.contains("affinity mask: 1") == true, "\(error.map(\.description) ?? "")")
    }
}
