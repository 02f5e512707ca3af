import Pipelines
import RingQueues

/// The same pipeline as ``PipelineRun``, of stages whose bodies get one element each.
struct StagesRun: Sendable {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<Kinds: QueueKinds, P: Payload>(_ kinds: Kinds.Type, _ payload: P.Type) throws -> Sample {
        let departures = Departures(elements: length.most)
        let collected = Collected()
        collected.arrivals = Arrivals(elements: length.most)
        let pipeline = Pipeline("bench", capacity: capacity, waiting: scenario.waiting.strategy)
        pipeline
            .source("produce", of: P.self, over: kinds) { [length, pinned = scenario.pinned] emit in
                if pinned { _ = Platform.pinThread(to: 0) }
                collected.began = Platform.nanoseconds
                collected.made = try Self.produce(&emit, length, departures)
            }
            .map("pass", workers: PipelineRun.intermediaries) { [work = scenario.workNanoseconds] (element: P) in
                if work > 0 { PipelineRun.work(work) }
                return element
            }
            .sink(
                "collect", state: { collected.arrivals.take()! },
                end: {
                    collected.ended = Platform.nanoseconds
                    collected.arrivals = $0
                },
                body: { arrivals, element in arrivals.enter(element, departures) })
        pipeline.onQuiet(Team.patience) { [weak pipeline] _ in pipeline?.cancel() }
        let report = try pipeline.run()
        if report.outcome == .cancelled { return Sample(outcome: .stalled, elements: 0, nanoseconds: 0) }
        let complete = report.outcome == .finished && collected.arrivals?.isComplete(collected.made) == true
        return Sample(
            outcome: complete ? .ok : .failed, elements: collected.made,
            nanoseconds: collected.ended - collected.began,
            latencies: collected.arrivals?.latencies,
            perTake: Double(report.edges[0].dequeued) / Double(max(report.edges[0].batches, 1)))
    }

    private static func produce<P: Payload>(
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

/// Results that the thread that runs the pipeline, the first stage and the last one leave for each other.
private final class Collected: @unchecked Sendable {
    // SAFETY: each property is used by one stage, and by the thread that starts and joins all of them before and after.
    var began: Int64 = 0
    var ended: Int64 = 0
    var made = 0
    var arrivals: Arrivals?
}
