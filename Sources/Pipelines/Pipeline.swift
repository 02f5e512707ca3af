public import RingQueues

/// Stages on their own threads, connected by queues. They end together.
///
///     let pipeline = Pipeline("thumbnails")
///     pipeline
///         .source("read", of: Image.self) { emit in … try emit(image) … }
///         .map("resize", workers: 3) { (image: Image) in image.resized() }
///         .sink("store") { (image: Image) in … }
///     let report = try pipeline.run()
///
/// The end of the stream follows the last element of the last worker of each stage. If a body throws (and its stage
/// does not say otherwise, ``OnError``), everything stops: blocked stages are released, all threads are joined, and
/// ``run()`` throws a ``PipelineFailure`` with the error. ``cancel()`` stops everything as well. Elements in flight then go
/// to the `undelivered` of the stage that they were meant for.
///
/// Unless a call says otherwise, any thread may make it at any time, even in a stage's body.
public final class Pipeline: Sendable {
    /// The name of the pipeline, for reports and errors.
    public let name: String
    /// The capacity of each queue whose stage does not set one.
    let capacity: Int
    let waiting: WaitStrategy
    @usableFromInline let core: PipelineCore

    /// Creates a pipeline without stages.
    ///
    /// - Parameters:
    ///   - name: the name of the pipeline, for reports and errors.
    ///   - capacity: the capacity of each queue whose stage does not set one: 1 to `QueueLimits.maximumCapacity`, or ``run()``
    ///     throws.
    ///   - inFlight: the most elements that may be in flight in all stages together, in queues and in bodies; sources wait.
    ///     A stage that makes several elements of one may exceed it, and so may an element for several branches. An element
    ///     from a queue that other code fills is counted from the next queue on.
    ///   - waiting: how its threads wait, see `WaitStrategy`.
    /// - Precondition: `inFlight` is at least 1.
    public init(
        _ name: String, capacity: Int = 1024, inFlight: Int? = nil, waiting: WaitStrategy = .adaptive
    ) {
        require(inFlight ?? 1 >= 1, "the bound on elements in flight must be at least 1, got \(inFlight ?? 1)")
        self.name = name
        core = PipelineCore(limit: inFlight.map { InFlight(bound: $0) })
        self.capacity = capacity
        self.waiting = waiting
    }

    /// Starts all stages and waits until all have ended. A pipeline runs once.
    ///
    /// - Returns: the report. Its `outcome` says whether the pipeline finished, ended early or was cancelled.
    /// - Throws: ``PipelineFailure`` if a stage failed, with its error and the report; `QueueError` if a queue could not
    ///   be made; ``PipelineError`` if the stages do not form a pipeline or it was run before. In the last two cases nothing
    ///   was started.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public func run() throws -> PipelineReport {
        try core.start(name, capacity: capacity, waiting: waiting)
        return try result(haveEnded: core.waitForAll())
    }

    private func result(haveEnded: Bool) throws -> PipelineReport {
        let report = snapshot()
        if let failure = core.failure {
            throw PipelineFailure(error: failure.error, stage: failure.stage, report: report)
        }
        if let law = report.brokenLaw, haveEnded {
            throw PipelineFailure(error: PipelineError.brokenLaw(law), stage: name, report: report)
        }
        return report
    }

    /// Stops every stage: blocked stages are released, and a worker calls no body after the current one.
    ///
    /// Does not wait. A pipeline that was not started yet ends as soon as it is started. If the last stage has ended, the call
    /// changes nothing. Only the first of several stops counts: its reason is the outcome, and other pipelines see it in the
    /// queues that they share with this one.
    public func cancel() { core.stop(nil) }

    /// Stops everything as ``cancel()`` does, with an error: ``run()`` throws a ``PipelineFailure`` that contains the error
    /// and, as its stage, the pipeline's name.
    public func fail(_ error: any Error) { core.stop(PipelineCore.Failure(stage: name, error: error)) }

    /// Ends the sources and waits until everything that they have emitted is processed. Cancels if the deadline passes first.
    ///
    /// Call it in a service that is told to end.
    ///
    /// - A source's `emit` throws `QueueClosed` from its next call on, and its `isStopped` is true. The element of that call
    ///   goes to the next stage's `undelivered`, and counts as refused.
    /// - A queue that a stage takes from and that other code fills is finished: it accepts no more elements, and those in it
    ///   are processed.
    /// - Every other stage runs as before. It gets each element that was emitted, then the end of its stream; a partly filled
    ///   batch is passed on. If nothing else stops the pipeline, its outcome is `.finished`.
    /// - A source that emits nothing and does not check `isStopped` does not notice the drain. At the deadline it is cancelled
    ///   like everything else. No action of ``onStop(_:)`` is called before that.
    ///
    /// After the deadline the call cancels as ``cancel()`` does, and waits at most one second for the stages to end. If a body
    /// has not returned by then, the outcome is still `.running`; ``shutdown(until:)`` gives such a body up.
    ///
    /// Any number of threads may call it, also together with ``cancel()``: the earliest deadline cancels. Where the call could
    /// only wait for itself (see ``shutdown(until:)``; also in an action of ``onStop(_:)``), and before ``run()``, it returns
    /// at once with the outcome `.running`: the sources end, and ``run()`` cancels at the deadline. After the end it changes
    /// nothing, and returns or throws what ``run()`` did.
    /// - Parameter deadline: how long to wait before it cancels; with `Deadline.now`, it cancels at once.
    /// - Returns: the report at this moment.
    /// - Throws: ``PipelineFailure`` as ``run()`` does.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public func drain(until deadline: Deadline) throws -> PipelineReport {
        try result(haveEnded: core.drain(until: deadline))
    }

    /// Cancels, waits until every stage has ended or the deadline has passed, and then gives up the stages that have not
    /// ended.
    ///
    /// A body that never returns cannot be stopped: its thread keeps running, its memory is not freed, and ``run()`` returns
    /// without it.
    ///
    /// A call that could only wait for itself cancels, gives nothing up and returns at once, with the outcome `.running`.
    /// That is so on the pipeline's own threads (in a body, an `undelivered` closure, an action of ``onStop(_:)``), on the
    /// thread that is starting them, and on a thread of a ``StageGroup`` that one of its bodies joins, or of another pipeline
    /// that one of its bodies runs.
    /// - Parameter deadline: how long to wait; with `Deadline.now`, the call only checks.
    /// - Returns: the report at this moment. Its outcome is `.abandoned` with the stages whose bodies have not returned, if
    ///   there are any. If all of them return before ``run()`` does, the report of ``run()`` says `.cancelled`.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public func shutdown(until deadline: Deadline) -> PipelineReport {
        core.stop(nil)
        core.abandon(at: deadline)
        return snapshot()
    }

    /// The report so far. Stops nothing; the numbers of a running pipeline are read one after the other.
    public func snapshot() -> PipelineReport {
        let (stages, edges) = core.accounts
        return PipelineReport(
            name: name, outcome: core.outcome, stages: stages.map { $0.report() }, edges: edges.map { $0.report() })
    }

    /// Registers an action that is called when the pipeline is stopped, or when one of its stages has seen enough.
    ///
    /// Use it to release a body that waits in a system call, which closing a queue cannot release.
    ///
    /// Each action is called exactly once if the outcome is anything but `.finished`, whatever stops the pipeline and when,
    /// and it has returned when ``run()`` returns or throws. It is never called if the outcome is `.finished`. An action
    /// that is registered after the stop is called at once, on the thread that registers it. ``run()`` may then return first.
    ///
    /// When a cancel or a failure calls an action, the queues are already stopped, and `Emitter.isStopped` is true in every
    /// body.
    /// - Parameter action: runs on the thread that stops the pipeline, without a lock held. It may make all calls of the
    ///   pipeline that do not wait, including ``cancel()`` and this one. It must not wait for a body, or for ``run()``, which
    ///   waits for the action, even after ``shutdown(until:)``.
    public func onStop(_ action: @escaping @Sendable () -> Void) { core.onStop(action) }
}

/// Why a pipeline could not run.
public enum PipelineError: Error, Equatable, CustomStringConvertible {
    /// The elements of this stage go nowhere.
    case unconnected(stage: String)
    /// The pipeline was run before.
    case alreadyRun
    /// The pipeline has no stages.
    case empty
    /// The numbers do not add up: elements were lost. (This should never happen; it would be a defect of this package.)
    case brokenLaw(String)

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .unconnected(let stage): "what stage '\(stage)' emits goes nowhere: a pipeline ends in sinks"
        case .alreadyRun: "the pipeline was run before: a pipeline runs once"
        case .empty: "the pipeline has no stages"
        case .brokenLaw(let law): "the account does not add up: \(law)"
        }
    }
}

/// The failure of a pipeline, usually of one of its stages.
public struct PipelineFailure: Error, CustomStringConvertible {
    /// The error that the stage's body threw, or that ``Pipeline/fail(_:)`` was called with.
    public let error: any Error
    /// The stage that failed; the pipeline's name if no stage did.
    public let stage: String
    /// The report up to the failure.
    public let report: PipelineReport

    /// The stage and its error.
    public var description: String { "stage '\(stage)' failed: \(error)" }
}
