import MutexQueues
import Pipelines
package import RingQueues

/// A contender: the code that does the work.
public enum Contender: String, CaseIterable, Sendable {
    /// Our ring for the topology at hand.
    case ring
    /// The same ring by its `try…` calls in a loop: it shows what the waiting calls may cost.
    case ringTry = "ring-try"
    /// ConcurrencyKit's own ring calls with our ends.
    case ckRing = "ck-ring"
    /// Our mutex kind.
    case mutex
    /// A plain C queue with a mutex and two conditions.
    case cMutex = "c-mutex"

    /// Our stages over our rings: the cost of a pipeline.
    case stages
    /// The same stages over our mutex kind.
    case stagesMutex = "stages-mutex"
    /// The same stages over the plain C queue.
    case stagesCMutex = "stages-c-mutex"

    /// Transforms without a name, on the thread of the stage before them.
    case inline = "stages-inline"

    /// The contenders that run when none is named.
    public static let usual: [Contender] = [
        .stages, .inline, .stagesMutex, .stagesCMutex, .ring, .ckRing, .mutex, .cMutex,
    ]

    /// Whether it is part of this package, rather than something that the package is compared with.
    public var isOurs: Bool { self != .ckRing && self != .cMutex && self != .stagesCMutex }

    /// Whether it waits as the scenario says; the others always park.
    public var hasWaitStrategy: Bool {
        self == .ring || self == .ringTry || self == .ckRing || self == .stages || self == .inline
    }

    /// The name in results: `ring-mpmc`.
    public func name(in scenario: Scenario) -> String {
        let kind = scenario.workload == .pipeline131 ? "pipeline" : scenario.topology.rawValue.lowercased()
        return switch self {
        case .ring: "ring-\(kind)"
        case .ringTry: "ring-\(kind)-try"
        case .ckRing: "ck-ring-\(kind)"
        case .stages, .inline, .stagesMutex, .stagesCMutex: rawValue
        case .mutex: "mutex"
        case .cMutex: "c-mutex"
        }
    }

    /// ConcurrencyKit's ring holds 2ⁿ − 1 elements; a capacity between would cost it a counter of ours. It gets the
    /// next one below, so that only its own code is measured.
    public func capacity(in scenario: Scenario) -> Int {
        guard self == .ckRing, scenario.capacity > 1 else { return scenario.capacity }
        var ones = 1
        while 2 * ones + 1 <= scenario.capacity { ones = 2 * ones + 1 }
        return ones
    }

    /// Whether it can do this work at all.
    public func takesPart(in scenario: Scenario) -> Bool {
        switch self {
        // Stages decide themselves how many elements they move in one call.
        case .stages, .inline, .stagesMutex, .stagesCMutex: takesPart(in: scenario.workload) && scenario.batch == 1
        // A mutex always parks, so it has no part in a round trip that does not.
        case .mutex, .cMutex:
            takesPart(in: scenario.workload) && (scenario.workload != .pingPong || scenario.waiting != .spin)
        case .ring, .ringTry, .ckRing: takesPart(in: scenario.workload)
        }
    }

    /// Whether there is such work that it can do.
    public func takesPart(in workload: Workload) -> Bool {
        switch self {
        case .stages: workload == .pipeline131 || workload == .transforms
        case .stagesMutex, .stagesCMutex: workload == .pipeline131
        case .inline: workload == .transforms
        case .ringTry: workload == .contention
        case .ring, .ckRing, .mutex, .cMutex: workload != .transforms
        }
    }

    /// Does the work once.
    ///
    /// - Parameters:
    ///   - scenario: the work.
    ///   - length: how much of it.
    /// - Returns: the measurement, verified.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func run(_ scenario: Scenario, _ length: Length) throws -> Sample {
        switch scenario.payloadBytes {
        case 8: try run(scenario, length, Int.self)
        case 64: try run(scenario, length, Payload64.self)
        default: try run(scenario, length, Payload256.self)
        }
    }

    private func run<P: Payload>(_ scenario: Scenario, _ length: Length, _ payload: P.Type) throws -> Sample {
        let capacity = capacity(in: scenario)
        // Each work by its own type: over an existential the compiler specializes nothing, and the loops are 50 times slower.
        return switch scenario.workload {
        case .pipeline131: try pipeline(scenario, length, payload)
        case .transforms:
            try TransformsRun(scenario: scenario, length: length, capacity: capacity)
                .run(inline: self == .inline, payload)
        case .contention:
            try over(
                ContentionRun(scenario: scenario, length: length, capacity: capacity, tries: self == .ringTry), payload)
        case .latency: try over(LatencyRun(scenario: scenario, length: length, capacity: capacity), payload)
        case .pingPong: try over(PingPongRun(scenario: scenario, length: length, capacity: capacity), payload)
        case .idle: try over(IdleRun(scenario: scenario, length: length, capacity: capacity), payload)
        }
    }

    private func over<P: Payload>(_ work: some QueueWork, _ payload: P.Type) throws -> Sample {
        switch self {
        case .ring, .ringTry:
            switch work.scenario.topology {
            case .spsc: return try work.run(SPSC.self, payload, nil, nil)
            case .mpsc: return try work.run(MPSC.self, payload, { $0.clone() }, nil)
            case .spmc: return try work.run(SPMC.self, payload, nil, { $0.clone() })
            case .mpmc: return try work.run(over: MPMC.self, payload)
            }
        case .ckRing:
            switch work.scenario.topology {
            case .spsc: return try work.run(ConcurrencyKitSPSC.self, payload, nil, nil)
            case .mpsc: return try work.run(ConcurrencyKitMPSC.self, payload, { $0.clone() }, nil)
            case .spmc: return try work.run(ConcurrencyKitSPMC.self, payload, nil, { $0.clone() })
            case .mpmc: return try work.run(over: ConcurrencyKitMPMC.self, payload)
            }
        case .mutex: return try work.run(over: MutexMPMC.self, payload)
        case .cMutex: return try work.run(over: CMutex.self, payload)
        case .stages, .inline, .stagesMutex, .stagesCMutex:
            fatalError("\(rawValue) has no part in \(work.scenario.label)")
        }
    }

    private func pipeline<P: Payload>(_ scenario: Scenario, _ length: Length, _ payload: P.Type) throws -> Sample {
        let stages = StagesRun(scenario: scenario, length: length, capacity: capacity(in: scenario))
        let work = PipelineRun(scenario: scenario, length: length, capacity: capacity(in: scenario))
        return switch self {
        case .ring, .ringTry: try work.run(SPMC.self, MPSC.self, payload)
        case .ckRing: try work.run(ConcurrencyKitSPMC.self, ConcurrencyKitMPSC.self, payload)
        case .mutex: try work.run(MutexMPMC.self, MutexMPMC.self, payload)
        case .cMutex: try work.run(CMutex.self, CMutex.self, payload)
        case .stages: try stages.run(RingKinds.self, payload)
        case .inline: fatalError("\(rawValue) has no part in \(scenario.label)")
        case .stagesMutex: try stages.run(SameKind<MutexMPMC>.self, payload)
        case .stagesCMutex: try stages.run(SameKind<CMutex>.self, payload)
        }
    }
}

extension Scenario {
    /// The work over one queue, for the tests.
    private func work(_ length: Length, capacity: Int, tries: Bool) -> any QueueWork {
        switch workload {
        case .contention: ContentionRun(scenario: self, length: length, capacity: capacity, tries: tries)
        case .latency: LatencyRun(scenario: self, length: length, capacity: capacity)
        case .pingPong: PingPongRun(scenario: self, length: length, capacity: capacity)
        case .idle: IdleRun(scenario: self, length: length, capacity: capacity)
        case .pipeline131: fatalError("\(label) is over two queues")
        case .transforms: fatalError("\(label) has no queue of its own")
        }
    }

    /// Does the work once over any kind of queue. The tests use one of their own, which damages elements.
    ///
    /// - Parameters:
    ///   - kind: of the queue, or queues.
    ///   - payload: of the elements.
    ///   - length: how much of it.
    ///   - tries: whether contention is by the `try…` calls.
    /// - Returns: the measurement, verified.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    package func run<Kind: ManyProducers & ManyConsumers, P: Payload>(
        over kind: Kind.Type, _ payload: P.Type, _ length: Length, tries: Bool = false
    ) throws -> Sample {
        workload == .pipeline131
            ? try PipelineRun(scenario: self, length: length, capacity: capacity).run(kind, kind, payload)
            : try work(length, capacity: capacity, tries: tries).run(over: kind, payload)
    }
}
