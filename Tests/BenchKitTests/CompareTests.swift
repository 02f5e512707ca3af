import BenchKit
import Foundation
import TestSupport
import Testing

/// The verdicts of `bench compare` on samples, and on files.
@Suite struct CompareTests {
    /// Noise as machines have it: a few percent, and one run in ten is far off.
    private struct Noise {
        var generator = Seeded(20)

        mutating func factor() -> Double {
            func uniform() -> Double { Double(generator.next() >> 11) / Double(1 << 53) }
            let small = (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } * 0.03
            return exp(uniform() < 0.1 ? small - uniform() : small)
        }
    }

    private func report(_ rates: [Contender: [[Double]]]) -> Report {
        var summaries: [Summary] = []
        for (contender, rows) in rates.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for (row, rates) in rows.enumerated() {
                let scenario = Scenario(topology: .mpmc, producers: row + 1, consumers: row + 1, batch: 1)
                let samples = rates.map { Sample(outcome: .ok, elements: 1_000_000, nanoseconds: Int64(1e9 / $0)) }
                summaries.append(Summary(scenario: scenario, contender: contender, samples: samples))
            }
        }
        let settings = Report.Settings(
            command: "contention", runs: .fixed(1), length: .nanoseconds(100), pinned: false, arguments: [])
        return Report(.test, settings: settings, summaries: summaries)
    }

    /// Rounds of workloads that run at one speed, except for one whose new side runs at `slow` times that.
    private func pairs(_ workloads: Int, rounds: Int, slow: Double, _ noise: inout Noise) -> [Comparison.Pairs] {
        (0..<workloads).map { workload in
            let old = (0..<rounds).map { _ in 20 * noise.factor() }
            let new = (0..<rounds).map { _ in 20 * noise.factor() * (workload == 3 ? slow : 1) }
            return Comparison.Pairs("\(workload)", old: old, new: new)
        }
    }

    @Test func theSameCodeTwiceShowsNoDifference() {
        var noise = Noise()
        var said = 0
        for seed in 0..<4 {
            let comparison = Comparison(pairs: pairs(10, rounds: 21, slow: 1, &noise), seed: UInt64(seed))
            #expect(comparison.rows.count == 10)
            said += comparison.count(.noDifferenceShown)
        }
        #expect(said >= 38, "\(said) of 40")
    }

    /// One draw may be unlucky; at least five of six must succeed.
    @Test func slowdownOfTwiceTheSmallestDifferenceIsTheOnlyOneReported() throws {
        var noise = Noise()
        var named = 0
        for seed in 1...6 {
            let before = Comparison(pairs: pairs(4, rounds: 21, slow: 1, &noise), seed: UInt64(seed))
            let smallest = before.rows[3].estimate.smallestDifference
            let after = Comparison(
                pairs: pairs(4, rounds: 21, slow: 1 / (1 + 2 * smallest), &noise), seed: UInt64(seed))
            let slower = after.rows.indices.filter { after.rows[$0].estimate.verdict == .slower }
            #expect(slower == [3] || slower.isEmpty)
            #expect(after.count(.faster) == 0)
            named += slower.count
        }
        #expect(named >= 5, "\(named) of 6")
    }

    /// Code that is linked in another order is not different code.
    @Test(arguments: [
        (0.975, Estimate.Verdict.noDifferenceShown), (1.025, .noDifferenceShown), (0.95, .slower), (1.05, .faster),
    ])
    func differenceMadeByTheLinkerIsNotReported(speed: Double, verdict: Estimate.Verdict) {
        let old = (0..<21).map { 20 + 0.01 * Double($0 % 5) }
        let estimate = Estimate(new: old.map { $0 * speed }, old: old, error: 0.05, seed: 1)
        #expect(estimate.verdict == verdict)
        #expect(estimate.smallestDifference >= Estimate.layout)
    }

    @Test func aSeedRepeatsTheInterval() {
        var noise = Noise()
        let old = (0..<15).map { _ in 4 * noise.factor() }
        let new = (0..<15).map { _ in 6 * noise.factor() }
        let once = Estimate(new: new, old: old, error: 0.05, seed: 7)
        #expect(once == Estimate(new: new, old: old, error: 0.05, seed: 7))
        #expect(once != Estimate(new: new, old: old, error: 0.05, seed: 8))
        #expect(once.low < once.ratio && once.ratio < once.high && once.verdict == .faster)
        let wider = Estimate(new: new, old: old, error: 0.001, seed: 7)
        #expect(wider.low < once.low && once.high < wider.high)
    }

    /// Another day the whole machine is half as fast: what counts is the ratio to the control beside it.
    @Test func storedResultsAreComparedByTheControl() throws {
        func rates(_ speed: Double, _ machine: Double) -> [Double] {
            (0..<9).map { speed * machine * (1 + 0.01 * Double($0 % 3)) }
        }
        let old = report([.ring: [rates(30, 1)], .cMutex: [rates(10, 1)]])
        let same = report([.ring: [rates(30, 0.5)], .cMutex: [rates(10, 0.5)]])
        let slower = report([.ring: [rates(20, 0.5)], .cMutex: [rates(10, 0.5)]])
        let unchanged = Comparison(old: old, new: same, seed: 1)
        #expect(unchanged.rows.map(\.estimate.verdict) == [.noDifferenceShown])
        #expect(abs(unchanged.rows[0].old - 3) < 0.1)
        #expect(Comparison(old: old, new: slower, seed: 1).rows.map(\.estimate.verdict) == [.slower])
        let few = report([.ring: [[30, 31]], .cMutex: [[10, 10]]])
        #expect(Comparison(old: few, new: few, seed: 1).rows.isEmpty)
        var other = same
        #expect(Comparison.obstacle(old, other) == nil)
        other.machine.cores = 64
        #expect(Comparison.obstacle(old, other) == "the number of processors differs: 2 and 64")
    }

    @Test(arguments: [
        ("", "is not JSON, or is cut short"), ("{", "is not JSON, or is cut short"), ("{}", "schema is missing"),
        (#"{"schema": 9}"#, "schema is 9: this bench reads 2"), (#"{"schema": "2"}"#, "schema is not of type Int"),
        (#"{"schema": 2}"#, "machine is missing"), ("[]", "has no result"),
        (#"[{"schema": 2}, {"schema": 3}]"#, "schema is 3: this bench reads 2"),
        (#"[{"schema": 2}]"#, "[0].machine is missing"),
    ])
    func aFileThatIsNoneIsNamed(text: String, says: String) throws {
        #expect { try StoredReport.read(Data(text.utf8), "f.json") } throws: { "\($0)" == "f.json: \(says)" }
    }

    @Test(arguments: [
        (#""producers" : 1"#, #""producers" : 0"#, "results[0].producers is 0: it must be at least 1"),
        (
            #""payload_bytes" : 8"#, #""payload_bytes" : 9"#,
            "results[0].payload_bytes is 9: a payload has 8, 64 or 256 bytes"
        ),
        (#""topology" : "MPMC""#, #""topology" : "RING""#, "results[0].topology is 'RING', which is unknown here"),
        (#""median" : 20"#, #""median" : "20""#, "results[0].melem_per_s.median is not of type Double"),
        (#""median" : 20"#, #""median" : -20"#, "results[0].melem_per_s has -20.0: a rate is 1e-9 to 1e9"),
        (#""median" : 20"#, #""median" : 1e308"#, "results[0].melem_per_s has 1e+308: a rate is 1e-9 to 1e9"),
        (
            #""batch" : 1"#, #""asked_capacity" : 0, "batch" : 1"#,
            "results[0].asked_capacity is 0: it must be at least 1"
        ),
        (#""elements" : 1000000"#, #""elements" : -1"#, "results[0].elements is -1: it must be 0 to 200000000"),
        (#""runs" : 1,"#, #""runs" : 2000000,"#, "results[0].runs is 2000000: it must be 0 to 1000000"),
        (#""batch" : 1"#, #""bitch" : 1"#, "results[0].batch is missing"),
    ])
    func aFieldThatIsWrongIsNamed(from: String, to: String, says: String) throws {
        let text = try report([.ring: [[20]]]).json()
        #expect(try StoredReport.read(Data(text.utf8), "f.json")[0].queues?.results.count == 1)
        let wrong = text.replacing(from, with: to)
        #expect(wrong != text)
        #expect { try StoredReport.read(Data(wrong.utf8), "f.json") } throws: { "\($0)" == "f.json: \(says)" }
    }
}
