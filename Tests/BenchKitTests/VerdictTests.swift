import BenchKit
import TestSupport
import Testing

/// A run over a queue that damages elements is not verified, whichever single thing is wrong.
@Suite(.watched) struct VerdictTests {
    private static let elements = 100
    static let workloads: [Workload] = [.contention, .pipeline131, .latency, .pingPong, .idle]

    private func outcome<P: Payload>(
        _ damage: Damage, _ scenario: Scenario, _ payload: P.Type, tries: Bool = false
    ) throws -> Sample.Outcome {
        try Damage.$current.withValue(damage) {
            try scenario.run(over: Damaging.self, payload, .elements(Self.elements), tries: tries).outcome
        }
    }

    private func scenario(_ workload: Workload = .contention, batch: Int = 1, rate: Int? = nil) -> Scenario {
        workload == .pipeline131
            ? .pipeline(batch: batch, workNanoseconds: 0)
            : Scenario(
                workload: workload, topology: .mpmc, producers: 1, consumers: 1, batch: batch, rate: rate,
                quietNanoseconds: workload == .idle ? 1000 : 0)
    }

    @Test func nothingWrongIsVerified() throws {
        for workload in Self.workloads {
            #expect(try outcome(Damage(), scenario(workload), Payload64.self) == .ok)
        }
    }

    @Test(arguments: VerdictTests.workloads)
    func everyQueueHasTheCapacityThatWasAskedFor(workload: Workload) throws {
        let damage = Damage()
        var scenario = scenario(workload)
        scenario.capacity = 24
        #expect(try outcome(damage, scenario, Int.self) == .ok)
        let queues = [.pipeline131, .pingPong].contains(workload) ? 2 : 1
        #expect(damage.capacities.withLock { $0 } == Array(repeating: 24, count: queues))
    }

    @Test(arguments: VerdictTests.workloads)
    func tornElementFailsARun(workload: Workload) throws {
        // In the second half of the run, and so that no loop sees it as the first of anything.
        let damage = Damage(torn: 64)
        #expect(try outcome(damage, scenario(workload), Payload64.self) == .failed)
        #expect(try outcome(damage, scenario(workload), Payload256.self) == .failed)
    }

    @Test func tornElementFailsEachFormOfARun() throws {
        let damage = Damage(torn: 64)
        #expect(try outcome(damage, scenario(batch: 7), Payload64.self) == .failed)
        #expect(try outcome(damage, scenario(batch: 32), Payload256.self) == .failed)
        #expect(try outcome(damage, scenario(), Payload64.self, tries: true) == .failed)
        #expect(try outcome(damage, scenario(.latency, rate: 100_000), Payload64.self) == .failed)
        #expect(try outcome(damage, scenario(.pipeline131, batch: 7), Payload64.self) == .failed)
    }

    /// The sum, the order and everything else are as they should be.
    @Test func oneElementLessFailsARun() throws {
        #expect(try outcome(Damage(instead: [0: []]), scenario(), Int.self) == .failed)
    }

    /// The right number of elements, in a good order.
    @Test func anotherValueFailsARun() throws {
        #expect(try outcome(Damage(instead: [99: [100]]), scenario(), Int.self) == .failed)
    }

    /// All elements, each once.
    @Test func anotherOrderFailsARun() throws {
        #expect(try outcome(Damage(instead: [5: [6], 6: [5]]), scenario(), Int.self) == .failed)
    }

    /// The right number, with the same sum, and no element before a greater one.
    @Test func elementsThatComeTwiceFailARun() throws {
        #expect(try outcome(Damage(instead: [5: [4], 6: [7]]), scenario(), Int.self) == .failed)
    }

    /// The right number, with the same sum, and no producer's in another order.
    @Test func elementsOfNoProducerFailARun() throws {
        let producer = Ledger.value(0, of: 1)
        #expect(
            try outcome(Damage(instead: [98: [98 + producer], 99: [99 - producer]]), scenario(), Int.self) == .failed)
    }

    /// A value that no producer has made is never used to look anything up.
    @Test(arguments: [Workload.latency, .idle, .contention, .pipeline131], [-1, Ledger.value(64, of: 7), 1 << 39])
    func anyValueFailsARunAndNothingElse(workload: Workload, value: Int) throws {
        #expect(try outcome(Damage(instead: [64: [value]]), scenario(workload), Int.self) == .failed)
        if workload == .latency {
            let paced = scenario(workload, rate: 100_000)
            #expect(try outcome(Damage(instead: [64: [value]]), paced, Int.self) == .failed)
        }
    }

    @Test func aPipelineWithWrongElementsFails() throws {
        for instead in [[0: []], [99: [100]], [5: [4]], [5: [5, 5]], [99: [-1]]] {
            #expect(try outcome(Damage(instead: instead), scenario(.pipeline131), Int.self) == .failed)
        }
    }
}
