import BenchKit
import CTestSupport
import Pipelines
import Testing

/// Every contender does every workload, and its work is verified.
///
/// With few elements: ConcurrencyKit's rings for several producers move about ten elements a second when a producer is
/// preempted again and again, as in a test run.
@Suite struct WorkloadTests {
    @Test(arguments: Topology.allCases, Contender.allCases)
    func contention(topology: Topology, contender: Contender) throws {
        for (batch, payload) in [(1, 8), (7, 64), (32, 256)] {
            let scenario = Scenario(
                topology: topology, producers: topology.severalProducers ? 3 : 1,
                consumers: topology.severalConsumers ? 2 : 1, batch: batch, capacity: 100, payloadBytes: payload)
            guard contender.takesPart(in: scenario) else { continue }
            let sample = try contender.run(scenario, .elements(101))
            #expect(sample.outcome == .ok)
            #expect(sample.elements == 101)
            #expect(sample.nanoseconds > 0)
        }
    }

    @Test func runLastsAsLongAsAsked() throws {
        for contender in Contender.allCases {
            let scenario = Scenario(topology: .mpmc, producers: 2, consumers: 2, batch: 1)
            guard contender.takesPart(in: scenario) else { continue }
            let sample = try contender.run(scenario, .nanoseconds(2_000_000))
            #expect(sample.outcome == .ok)
            #expect(sample.elements > 0)
            #expect(sample.nanoseconds >= 2_000_000)
        }
    }

    /// The others are at the start by then, and wait for it.
    @Test(.watched, arguments: [Workload.contention, .pipeline131, .latency, .pingPong])
    func aThreadThatCannotBeHadIsAnError(workload: Workload) throws {
        let (topology, threads) =
            switch workload {
            case .pingPong: (Topology.spsc, (1, 1))
            case .pipeline131: (.spmc, (1, 3))
            default: (.mpmc, (2, 2))
            }
        let scenario = Scenario(
            workload: workload, topology: topology, producers: threads.0, consumers: threads.1, batch: 1, capacity: 4)
        for number in 1...(workload == .pipeline131 ? 5 : threads.0 + threads.1) {
            ts_fail_thread(UInt32(number))
            defer { ts_fail_thread(0) }
            #expect(throws: StageError.self) { try Contender.ring.run(scenario, .elements(101)) }
        }
    }

    @Test func runsGoOnUntilTheRatiosAreKnownOrTimeIsUp() throws {
        let scenario = Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1)
        // Alone there is nothing to compare with, so the fewest that can say anything are enough.
        let alone = Runner(runs: .auto(10_000_000_000), length: .elements(100))
        #expect(try alone.run([scenario], [.ring]) { _ in true }[0].samples.count == 5)
        let hasty = Runner(runs: .auto(1), length: .elements(100))
        let summaries = try hasty.run([scenario], [.ring, .mutex]) { _ in true }
        #expect(summaries.map(\.samples.count) == [1, 1])
        var last = 0.0
        let steps = Runner(runs: .fixed(3), length: .elements(100))
        _ = try steps.run([scenario, scenario], [.ring, .mutex]) { step in
            #expect((last...1).contains(step.done))
            last = step.done
            return true
        }
    }

    /// A single producer and a single consumer each get all of their share.
    @Test(.watched) func aLoneEndHasItsWholeShare() throws {
        let run = FairnessRun(producers: 1, consumers: 1, windows: 1)
        for shares in [try run.ring(), try run.mutex()] {
            #expect(shares.producers == [1] && shares.consumers == [1])
        }
    }

    @Test(arguments: Contender.allCases, Waiting.allCases)
    func pipeline(contender: Contender, waiting: Waiting) throws {
        for batch in [1, 16] {
            let scenario = Scenario(
                workload: .pipeline131, topology: .spmc, producers: 1, consumers: 3, batch: batch, capacity: 16,
                waiting: waiting)
            guard contender.takesPart(in: scenario) else { continue }
            let sample = try contender.run(scenario, .elements(199))
            #expect(sample.outcome == .ok)
            #expect(sample.elements == 199)
            #expect((sample.latencies?.totalCount ?? 0) == 4)
        }
    }

    /// Both ways to run the transforms bring every element as it was, and their costs are compared.
    @Test(arguments: Scenario.payloads) func transforms(bytes: Int) throws {
        let scenario = Scenario.transforms(capacity: 16, payloadBytes: bytes)
        let contenders = Contender.usual.filter { $0.takesPart(in: scenario) }
        #expect(contenders == [.stages, .inline])
        let summaries = try Runner(runs: .fixed(2), length: .elements(199)).run([scenario], contenders) { _ in true }
        for summary in summaries { #expect(summary.outcome == .ok && summary.elements == 199) }
        let text = TableReport(summaries).text(.test, markdown: false)
        #expect(text.contains("Five inline transforms cost "))
    }
}
