import Pipelines
import RingQueues

/// The same pipeline as ``PipelineRun``, of stages whose bodies get one element each.
struct StagesRun: Sendable {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<Kinds: QueueKinds, P: Payload>(_ kinds: Kinds.Type, _ payload: P.Type) throws -> Sample {
        let line = ProductionLine<P>(scenario, length)
        let pipeline = Pipeline("bench", capacity: capacity, waiting: scenario.waiting.strategy)
        line.collect(
            line.produce(pipeline, over: kinds)
                .map("pass", workers: PipelineRun.intermediaries) { [work = scenario.workNanoseconds] (element: P) in
                    if work > 0 { PipelineRun.work(work) }
                    return element
                })
        return try line.run(pipeline)
    }
}

/// Five light transforms between a source and a sink: inline, or as the one body of a stage.
struct TransformsRun: Sendable {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<P: Payload>(inline: Bool, _ payload: P.Type) throws -> Sample {
        let line = ProductionLine<P>(scenario, length)
        let pipeline = Pipeline("bench", capacity: capacity, waiting: scenario.waiting.strategy)
        let source = line.produce(pipeline, over: RingKinds.self)
        if inline {
            line.collect(
                source
                    .map { (element: P) in P(element.value ^ 1) }
                    .map { (element: P) in P(element.value &+ 2) }
                    .map { (element: P) in P(element.value ^ 3) }
                    .map { (element: P) in P(element.value ^ 3) }
                    .map { (element: P) in P((element.value &- 2) ^ 1) })
        } else {
            line.collect(
                source.map("transform") { (element: P) in P((((element.value ^ 1) &+ 2) ^ 3 ^ 3) &- 2 ^ 1) })
        }
        return try line.run(pipeline)
    }
}

/// The first and the last stage of a pipeline: elements leave and arrive, verified.
private final class ProductionLine<P: Payload>: @unchecked Sendable {
    // SAFETY: each variable is used by one stage, and by the thread that starts and joins all of them before and after.
    private var began: Int64 = 0
    private var ended: Int64 = 0
    private var made = 0
    private var arrivals: Arrivals?
    private let departures: Departures
    private let length: Length
    private let pinned: Bool

    init(_ scenario: Scenario, _ length: Length) {
        self.length = length
        pinned = scenario.pinned
        departures = Departures(elements: length.most)
        arrivals = Arrivals(elements: length.most)
    }

    func produce<Kinds: QueueKinds>(_ pipeline: Pipeline, over kinds: Kinds.Type) -> Flow<P, SingleWorker, Kinds> {
        pipeline.source("produce", of: P.self, over: kinds) { [self] emit in
            if pinned { _ = Platform.pinThread(to: 0) }
            began = Platform.nanoseconds
            made = try Self.produce(&emit, length, departures)
        }
    }

    func collect<Width: FlowWidth, Kinds: QueueKinds>(_ flow: consuming Flow<P, Width, Kinds>) {
        flow.sink(
            "collect", state: { [self] in arrivals.take()! },
            end: { [self] in
                ended = Platform.nanoseconds
                arrivals = $0
            },
            body: { [departures] arrivals, element in arrivals.enter(element, departures) })
    }

    func run(_ pipeline: Pipeline) throws -> Sample {
        pipeline.onQuiet(Team.patience) { [weak pipeline] _ in pipeline?.cancel() }
        let report = try pipeline.run()
        if report.outcome == .cancelled { return Sample(outcome: .stalled, elements: 0, nanoseconds: 0) }
        let complete = report.outcome == .finished && arrivals?.isComplete(made) == true
        return Sample(
            outcome: complete ? .ok : .failed, elements: made, nanoseconds: ended - began,
            latencies: arrivals?.latencies,
            perTake: Double(report.edges[0].dequeued) / Double(max(report.edges[0].batches, 1)))
    }

    private static func produce(
        _ emit: inout Emitter<P>, _ length: Length, _ departures: Departures
    ) throws -> Int {
        let most = length.most
        var end = Int64.max
        if case .nanoseconds(let time) = length { end = Platform.nanoseconds + Int64(time) }
        var made = 0
        while made < most {
            departures.note(made)
            try emit(P(made))
            made += 1
            if made & 63 == 0, end != .max, Platform.nanoseconds > end { break }
        }
        return made
    }
}
