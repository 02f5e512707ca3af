import CTestSupport
import Glibc
import Pipelines
import TestSupport
import Testing

extension Stress {
    /// Small pipelines that are stopped from all sides while they start, run and end: a quarter of `RINGQUEUES_TEARDOWNS`.
    @Suite struct StopRaceTests {
        @Test func everyStoppedRunCallsItsActionsOnce() {
            let seed = Settings.seed
            let dog = Watchdog("stop races, seed \(seed)")
            for number in 0..<(Settings.teardowns + 3) / 4 {
                let race = StopRace(seed &+ UInt64(number))
                dog.watch.at("RINGQUEUES_SEED=\(seed &+ UInt64(number)) RINGQUEUES_TEARDOWNS=1: \(race)")
                if let wrong = race.run() {
                    Issue.record("RINGQUEUES_SEED=\(seed &+ UInt64(number)) RINGQUEUES_TEARDOWNS=1, \(race): \(wrong)")
                }
            }
            dog.stop()
        }
    }
}

private struct Fault: Error {}

/// One small pipeline from a seed, and the stops that end it.
private final class StopRace: Sendable {
    enum Body: CaseIterable { case ends, waitsForTheStop, waitsForTheAction, throwsError, leaves, cancels }
    enum Stop: CaseIterable { case cancel, fail, shutdownAtOnce, shutdown }

    private let body: Body
    /// Stops from other threads, each after a number of rounds.
    private let stops: [(Stop, Int)]
    /// Whether they may come before the bodies have begun.
    private let isEarly: Bool
    /// The number of rounds after which another action is registered.
    private let late: Int
    private let pipeline = Pipeline("race", capacity: 2)
    private let begun = Level()
    private let released = Level()
    private let calls = Counter()
    private let lateCalls = Counter()

    init(_ seed: UInt64) {
        var random = Seeded(seed)
        body = Body.allCases[random.below(Body.allCases.count)]
        // A body that waits needs a stop.
        let waits = body == .waitsForTheStop || body == .waitsForTheAction
        stops = (0..<(waits ? 1 : 0) + random.below(3)).map { _ in
            (Stop.allCases[random.below(Stop.allCases.count)], random.below(random.below(2) == 0 ? 20 : 2000))
        }
        isEarly = random.below(4) == 0
        late = random.below(2000)
        build()
    }

    private func build() {
        pipeline.source("make", of: Int.self) { [self] emit in
            begun.rise()
            switch body {
            case .waitsForTheStop: while !emit.isStopped { sched_yield() }
            case .waitsForTheAction:
                released.wait()
                if !emit.isStopped { Issue.record("an action was called before the stop could be seen") }
            default: for i in 0..<3 { try emit(i) }
            }
        }
        .sink("take") { [self] (i: Int) in
            guard i == 1 else { return }
            switch body {
            case .throwsError: throw Fault()
            case .leaves: throw EndOfStage()
            case .cancels: pipeline.cancel()
            default: break
            }
        }
        pipeline.onStop { [calls, released] in
            calls.add()
            released.rise()
        }
    }

    /// Returns the fault, if there is one.
    func run() -> String? {
        var threads = Threads()
        for (stop, rounds) in stops {
            threads.start { [self] in
                if !isEarly { begun.wait() }
                for _ in 0..<rounds { ts_pause() }
                make(stop)
            }
        }
        threads.start { [self] in
            for _ in 0..<late { ts_pause() }
            pipeline.onStop { [lateCalls] in lateCalls.add() }
        }
        let report: PipelineReport
        do {
            report = try pipeline.run()
        } catch let failure as PipelineFailure {
            report = failure.report
        } catch { return "\(error)" }
        let atReturn = calls.value
        // No body begins after a stop before the start.
        begun.rise()
        threads.join()
        return wrong(in: report, atReturn)
    }

    private func make(_ stop: Stop) {
        switch stop {
        case .cancel: pipeline.cancel()
        case .fail: pipeline.fail(Fault())
        case .shutdownAtOnce: pipeline.shutdown(until: .now)
        case .shutdown: pipeline.shutdown(until: .after(.seconds(Settings.patience)))
        }
    }

    private func wrong(in report: PipelineReport, _ atReturn: Int) -> String? {
        let isFinished = report.outcome == .finished
        if atReturn != (isFinished ? 0 : 1) { return "\(atReturn) calls, but \(report.outcome)" }
        if calls.value != atReturn { return "\(calls.value) calls in the end, but \(report.outcome)" }
        if lateCalls.value != (isFinished ? 0 : 1) { return "\(lateCalls.value) late calls, but \(report.outcome)" }
        let kinds = stops.map(\.0)
        let isPossible =
            switch report.outcome {
            case .finished: ![.waitsForTheStop, .waitsForTheAction, .throwsError, .leaves, .cancels].contains(body)
            case .cancelled: body == .cancels || kinds.contains { $0 != .fail }
            case .failed(let stage): stage == "take" ? body == .throwsError : kinds.contains(.fail)
            case .endedEarly: body == .leaves
            case .abandoned: kinds.contains(.shutdownAtOnce)
            case .running: false
            }
        if !isPossible { return "\(report)" }
        if case .abandoned = report.outcome {
            // Its bodies end soon; the report stays.
            pipeline.shutdown(until: .after(.seconds(Settings.patience)))
        } else if let law = report.brokenLaw {
            return law
        }
        let later = pipeline.snapshot().outcome
        return later == report.outcome ? nil : "\(report.outcome), and then \(later)"
    }
}

extension StopRace: CustomStringConvertible {
    var description: String { "\(body), \(stops)\(isEarly ? " from the start" : ""), \(late)" }
}
