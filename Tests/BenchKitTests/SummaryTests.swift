import Testing

import BenchKit
import Histogram

@Suite struct SummaryTests {
    private let scenario = Scenario(topology: .mpmc, producers: 2, consumers: 2, batch: 1)

    private func summary(_ contender: Contender, _ nanoseconds: [Int64]) -> Summary {
        Summary(
            scenario: scenario, contender: contender,
            samples: nanoseconds.map { Sample(outcome: .ok, elements: 1000, nanoseconds: $0) })
    }

    @Test func mediansAndSpread() {
        #expect(Spread([3, 1, 2]) == Spread([1, 2, 3]))
        #expect(Spread([3, 1, 2]).median == 2)
        #expect(Spread([4, 1, 2, 3]).median == 2.5)
        #expect(Spread([5]).min == 5 && Spread([5]).max == 5)
    }

    @Test func ratiosArePairedByRun() {
        let ratio = summary(.ring, [100, 200, 400]).ratio(to: summary(.mutex, [300, 600, 400]))
        #expect(ratio == Spread([3, 3, 1]))
    }

    @Test func aStalledRunHasNoRate() {
        var stalled = summary(.ckRing, [100])
        stalled.samples.append(Sample(outcome: .stalled, elements: 0, nanoseconds: 0))
        #expect(stalled.outcome == .stalled)
        #expect(stalled.rate == nil)
        #expect(summary(.ring, [100, 100]).ratio(to: stalled) == nil)
    }

    @Test func percentilesAreSpreadOverTheRuns() throws {
        var summary = summary(.ring, [100, 100])
        for (i, value) in [UInt64(700), 900].enumerated() {
            var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
            latencies.record(value)
            summary.samples[i].latencies = latencies
        }
        let spread = try #require(summary.latency(percentile: 99))
        #expect(spread.min == 700 && spread.max == 900)
        #expect(summary.latencies?.totalCount == 2)
    }

    @Test func concurrencyKitGetsACapacityOfItsOwn() {
        func capacity(_ asked: Int) -> Int {
            Contender.ckRing.capacity(
                in: Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1, capacity: asked))
        }
        #expect([1, 2, 3, 7, 8, 1023, 1024].map(capacity) == [1, 1, 3, 7, 7, 1023, 1023])
        #expect(Contender.ring.capacity(in: scenario) == 1024)
    }

    @Test func processorsAreListedAsRanges() {
        #expect(Machine.list([0, 1, 2, 5]) == "0-2,5")
        #expect(Machine.list([3]) == "3")
        #expect(Machine.list([]) == "")
    }

    @Test func theTableNamesTheWinner() {
        let provenance = Provenance.test
        let wide = TableReport([summary(.ring, [100, 300]), summary(.mutex, [300, 301])])
        #expect(wide.text(provenance, markdown: false).contains("a median says little: MPMC 2+2 ring-mpmc."))
        let won = TableReport([summary(.ring, [100]), summary(.mutex, [300])]).text(provenance, markdown: false)
        #expect(won.contains("The ring is faster than the mutex in all 1 rows"))
        let lost = TableReport([summary(.ring, [300]), summary(.mutex, [100])]).text(provenance, markdown: true)
        #expect(lost.contains("The mutex is faster in 1 of 1 rows: MPMC 2+2 (ring : mutex 0.33)"))
    }
}
