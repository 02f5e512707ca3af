import Engine
import Pipelines
import RingQueues

/// A pipeline that is stopped, and whose report and actions of `onStop` are checked.
final class Watched: @unchecked Sendable {
    // SAFETY: one thread of the schedule runs at a time, and no access here is a point of the schedule.
    private final class Action: @unchecked Sendable {
        var count = 0
        var isRunning = false
    }

    let pipeline: Pipeline
    private let world: World
    /// Registered before the run.
    private let early = Action()
    /// Registered by another thread, at any moment.
    private var late: Action?
    private(set) var outcome: PipelineReport.Outcome?
    /// Whether a drain has time enough.
    private var mustDrain = false
    /// Whether it may fail or stop for a reason that other code has.
    private let mayFail: Bool

    /// Watches a pipeline and starts the threads that stop it.
    init(_ pipeline: Pipeline, in world: World, stop: Stop? = nil, mayFail: Bool = false) {
        self.pipeline = pipeline
        self.world = world
        self.mayFail = mayFail
        pipeline.onStop { [early] in Self.run(early) }
        if chosen(2) == 0 {
            let action = Action()
            late = action
            world.thread { pipeline.onStop { Self.run(action) } }
        }
        disturb(stop ?? world.stop)
        if chosen(4) == 0 { world.thread { _ = (pipeline.snapshot(), pipeline.explain()) } }
        world.atEnd { [self] in
            for action in [early, late].compactMap({ $0 }) {
                require(
                    action.count == (outcome == .finished ? 0 : 1),
                    "\(told): an action of onStop was called \(action.count) times\(action === late ? ", registered late" : "")"
                )
            }
        }
    }

    private var told: String { outcome.map { "\($0)" } ?? "not run" }

    private static func run(_ action: Action) {
        action.isRunning = true
        action.count += 1
        en_point("an action")
        action.isRunning = false
    }

    private func disturb(_ stop: Stop) {
        let pipeline = pipeline
        let time = [Duration.zero, .milliseconds(1), .seconds(1), .seconds(3600)][chosen(4)]
        // A deadline that far away does not pass as long as a thread can run.
        mustDrain = stop == .drain && time > .seconds(1)
        let deadline = Deadline.after(time)
        switch stop {
        case .none, .fails, .endsEarly, .leaves: break
        case .drain: world.thread { [self] in drain(deadline) }
        case .cancel: world.thread { pipeline.cancel() }
        case .fail: world.thread { pipeline.fail(Broken()) }
        case .shutdown: world.thread { _ = pipeline.shutdown(until: deadline) }
        case .several:
            world.thread { pipeline.cancel() }
            world.thread { pipeline.fail(Broken()) }
            world.thread { _ = try? pipeline.drain(until: deadline) }
            world.thread { _ = pipeline.shutdown(until: deadline) }
        case .noThread: en_refuse_start(1 + Int32(chosen(4)))
        }
    }

    private func drain(_ deadline: Deadline) {
        do {
            let outcome = try pipeline.drain(until: deadline).outcome
            require(
                mayFail || [.finished, .cancelled, .running].contains(outcome),
                "a drain returned with the outcome \(outcome)")
        } catch { require(mayFail, "a drain threw \(error)") }
    }

    /// Whether everything that was emitted went through.
    var hasFinished: Bool { outcome == .finished }

    /// Runs it, and checks how it ended.
    func run() {
        let report: PipelineReport
        var failure: PipelineFailure?
        do { report = try pipeline.run() } catch let error as PipelineFailure {
            report = error.report
            failure = error
        } catch { return broken("run() threw \(error)") }
        en_refuse_start(0)
        outcome = report.outcome
        if report.outcome != .finished { world.isStopped = true }
        require(
            early.count == (report.outcome == .finished ? 0 : 1) && !early.isRunning,
            "\(report.outcome): an action of onStop was called \(early.count) times when run() returned")
        let stop = world.stop
        if case .abandoned = report.outcome {
            world.mayDetach = true
            return require([.shutdown, .several].contains(stop) || mayFail, "given up, and no thread shut it down")
        }
        if let law = report.brokenLaw { broken("a law is broken: \(law)\n\(report)") }
        require(pipeline.snapshot().outcome == report.outcome, "the outcome changed after run() had returned")
        if case .failed = report.outcome {} else { require(failure == nil, "\(report.outcome), and run() threw") }
        guard !mayFail else { return }
        check(report.outcome, failure)
    }

    /// Whether the outcome is that of the scenario's stop.
    private func check(_ outcome: PipelineReport.Outcome, _ failure: PipelineFailure?) {
        let stop = world.stop
        let holds =
            switch outcome {
            // The element of a source's next emit is refused, by two branches at most, and no other.
            case .finished: !world.hasThrown && (stop != .drain || world.isRefusing || world.undeliveredCount <= 2)
            case .endedEarly(let stage):
                stop == .endsEarly && world.hasThrown && stage == world.fatal.stage || stop == .leaves
            case .cancelled: !mustDrain && [.drain, .cancel, .shutdown, .several].contains(stop)
            case .failed(let stage):
                switch stop {
                case .fails: world.hasThrown && stage == world.fatal.stage && failure?.error is Broken
                case .fail, .several: stage == pipeline.name && failure?.error is Broken
                case .noThread: failure?.error is StageError
                default: false
                }
            case .running, .abandoned: false
            }
        require(holds, "the outcome is \(outcome), and the reason is '\(stop.rawValue)' \(world.fatal.body)")
    }
}
