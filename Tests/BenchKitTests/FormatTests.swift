import Foundation
import Testing

import BenchKit
import Histogram

/// Checks `Benchmarks/FORMAT.md`: other programs read this.
@Suite struct FormatTests {
    private func report() throws -> [String: Any] {
        let scenarios = [
            Scenario(topology: .mpmc, producers: 2, consumers: 2, batch: 8, capacity: 64),
            Scenario(workload: .pipeline131, topology: .spmc, producers: 1, consumers: 3, batch: 1),
            Scenario(
                workload: .latency, topology: .spsc, producers: 1, consumers: 1, batch: 1, rate: 1_000_000,
                pauseNanoseconds: 1000),
            Scenario(workload: .idle, topology: .spsc, producers: 1, consumers: 1, batch: 1, quietNanoseconds: 1000),
        ]
        let runner = Runner(runs: .fixed(2), length: .elements(500))
        var steps = 0
        let summaries = try runner.run(scenarios, [.ring, .mutex, .ckRing, .cMutex, .stages]) { _ in
            steps += 1
            return true
        }
        #expect(steps > 0)
        let settings = Report.Settings(
            command: "contention", runs: .fixed(2), length: .elements(500), pinned: false, arguments: [])
        let json = try Report(ConditionsWatch().ended(), settings: settings, summaries: summaries).json()
        return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    @Test func hasTheDocumentedShape() throws {
        let report = try report()
        #expect(Set(report.keys) == ["schema", "machine", "conditions", "settings", "results"])
        #expect(report["schema"] as? Int == 2)
        let machine = try #require(report["machine"] as? [String: Any])
        #expect(Set(machine.keys) == ["cpu", "cores", "affinity", "quota", "kernel", "toolchain", "commit"])
        let conditions = try #require(report["conditions"] as? [String: Any])
        #expect(Set(conditions.keys) == ["busy_percent", "steal_percent", "throttled", "debug"])
        let settings = try #require(report["settings"] as? [String: Any])
        #expect(Set(settings.keys) == ["command", "runs", "elements", "pinned", "arguments"])

        let results = try #require(report["results"] as? [[String: Any]])
        #expect(results.count == 17)
        let keys: Set<String> = [
            "workload", "contender", "ours", "topology", "producers", "consumers", "batch", "capacity",
            "payload_bytes", "wait", "elements", "runs", "outcome", "verified", "melem_per_s", "runs_melem_per_s",
        ]
        for result in results {
            let more: Set<String> =
                switch result["workload"] as? String {
                case "pipeline-1-3-1": ["latency_ns", "work_ns"]
                case "latency": ["latency_ns", "rate_per_s", "pause_ns"]
                case "idle": ["latency_ns", "quiet_ns", "idle_percent"]
                default: []
                }
            let asked: Set<String> =
                (result["capacity"] as? Int == 63 || result["capacity"] as? Int == 1023) ? ["asked_capacity"] : []
            let stages: Set<String> = result["contender"] as? String == "stages" ? ["elements_per_take"] : []
            #expect(Set(result.keys) == keys.union(more).union(stages).union(asked))
            #expect(result["verified"] as? Bool == true)
            #expect(result["outcome"] as? String == "ok")
            let rate = try #require(result["melem_per_s"] as? [String: Double])
            #expect(Set(rate.keys) == ["median", "min", "max"])
            #expect((result["runs_melem_per_s"] as? [Double])?.count == 2)
            guard let latency = result["latency_ns"] as? [String: Any] else { continue }
            #expect(Set(latency.keys) == ["p50", "p90", "p99", "p999", "p9999", "max", "percentiles"])
            let percentiles = try #require(latency["percentiles"] as? [[Double]])
            #expect(percentiles.allSatisfy { $0.count == 2 } && percentiles.last?[0] == 100)
        }
        #expect(
            results.map { $0["contender"] as? String } == [
                "ring-mpmc", "mutex", "ck-ring-mpmc", "c-mutex",
                "ring-pipeline", "mutex", "ck-ring-pipeline", "c-mutex", "stages",
                "ring-spsc", "mutex", "ck-ring-spsc", "c-mutex", "ring-spsc", "mutex", "ck-ring-spsc", "c-mutex",
            ])
        #expect(
            results.prefix(9).map { $0["ours"] as? Bool } == [true, true, false, false, true, true, false, false, true])
        #expect(results.prefix(9).map { $0["capacity"] as? Int } == [64, 64, 63, 64, 1024, 1024, 1023, 1024, 1024])
        #expect(results[0]["wait"] as? String == "adaptive" && results[1]["wait"] as? String == "park")
    }

    @Test func everyPercentileIsItsOwn() throws {
        var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        for value in UInt64(1)...100_000 { latencies.record(value) }
        let summary = Summary(
            scenario: Scenario(workload: .latency, topology: .spsc, producers: 1, consumers: 1, batch: 1),
            contender: .ring,
            samples: [Sample(outcome: .ok, elements: 100_000, nanoseconds: 1000, latencies: latencies)])
        let settings = Report.Settings(
            command: "latency", runs: .fixed(1), length: .elements(1), pinned: false, arguments: [])
        let json = try Report(.test, settings: settings, summaries: [summary]).json()
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let results = try #require(report["results"] as? [[String: Any]])
        let latency = try #require(results[0]["latency_ns"] as? [String: Any])
        let expected = [
            "p50": 50_000, "p90": 90_000, "p99": 99_000, "p999": 99_900, "p9999": 99_990, "max": 100_000,
        ]
        for (name, value) in expected {
            let spread = try #require(latency[name] as? [String: Double])
            for part in ["median", "min", "max"] {
                // Values are kept to three digits.
                #expect(abs(try #require(spread[part]) / Double(value) - 1) < 0.0007, "\(name): \(spread)")
            }
        }
    }

    @Test func aComparisonSaysItsSeed() throws {
        let comparison = Comparison(
            pairs: [Comparison.Pairs("w", old: [1, 1, 1, 1, 1], new: [1, 1, 1, 1, 1])], seed: 7)
        let report = ComparisonReport(comparison, old: "a", new: "b", unit: .rate, seed: 7, provenance: .test)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        #expect(json["seed"] as? Int == 7)
        #expect(report.text(markdown: false).contains("; seed 7."))
    }
}
