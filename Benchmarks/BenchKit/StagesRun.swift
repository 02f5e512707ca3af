import Pipelines
import RingQueues

/// The same pipeline as ``PipelineRun``, of stages whose bodies get one element each.
struct StagesRun: Sendable {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<Edges: EdgeKinds, P: Payload>(_ edges: Edges.Type, _ payload: P.Type) throws -> Sample {
        let departures = Departures(elements: length.most)
        let collected = Collected()
        let pipeline = Pipeline("bench", capacity: capacity, waiting: scenario.waiting.strategy)
        pipeline
            .source("produce", of: P.self, over: edges) { [length, pinned = scenario.pinned] emit in
                if pinned { _ = Platform.pinThread(to: 0) }
                collected.began = Platform.nanoseconds
                collected.made = try Self.produce(&emit, length, departures)
            }
            .map("pass", workers: PipelineRun.intermediaries) { [work = scenario.workNanoseconds] (element: P) in
                if work > 0 { PipelineRun.work(work) }
                return element
            }
            .sink(
                "collect", state: { Arrivals(elements: length.most) }, end: { collected.arrivals = $0 },
                body: { arrivals, element in arrivals.enter(element, departures) })
        let report = try pipeline.run()
        let ended = Platform.nanoseconds
        let complete = report.outcome == .finished && collected.arrivals?.isComplete(collected.made) == true
        return Sample(
            outcome: complete ? .ok : .failed, elements: collected.made, nanoseconds: ended - collected.began,
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

/// What the first and the last stage leave for the thread that runs the pipeline.
private final class Collected: @unchecked Sendable {
    // SAFETY: each property is used by one stage, and read when the threads of all have been joined.
    var began: Int64 = 0
    var made = 0
    var arrivals: Arrivals?
}
