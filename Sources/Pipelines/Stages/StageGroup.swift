import Synchronization
public import RingQueues

/// Stages on their own threads, whose bodies work with the bare ends of queues. They end together.
///
///     var stages = StageGroup()
///     try stages.start("read", blocks.takeProducer()) { out in … }
///     try stages.start("pack", workers: 3, blocks.takeConsumer(), packed.takeProducer()) { input, out in … }
///     try stages.start("write", packed.takeConsumer()) { input in … }
///     try stages.join()
///
/// A stage gets its ends as parameters and drops them when its body returns or throws, so the end of the stream travels on
/// by itself. If a body throws, the queues of all ends that the group was given fail with that error: blocked stages are
/// released, all threads end, and ``join()`` throws the error.
///
/// A group that is destroyed without ``join()`` is cancelled, then its threads are joined. If the last owner of a group
/// is one of its own bodies, or a thread that one of its bodies waits for (by ``join()``, by ``Pipeline/run()``, or
/// because a group is destroyed there), joining would never end. Instead, that stage's thread is detached, ends by itself,
/// and the system reclaims it.
///
/// It is not a failure if a stage has seen enough and drops its consumer. If the body of the stage before it lets the refusal
/// (`QueueClosed`) propagate, that stage ends, and so do all stages before it, because their ends are dropped. The same holds
/// when other code cancels or fails a queue of the group: its stages end, and ``join()`` throws nothing (the queue's `poison`
/// says why).
public struct StageGroup: ~Copyable {
    private let shared = Shared()
    private var threads: [StageThread] = []

    /// Creates a group without stages.
    public init() {}

    deinit {
        guard !threads.isEmpty else { return }
        shared.stop(.cancelled)
        for thread in threads { thread.joinOrDetach() }
    }

    /// Starts a stage with one end: a producer or a consumer.
    ///
    /// - Parameters:
    ///   - name: of the thread, for debuggers and `top`; see ``StageOptions`` for what the system shows of it.
    ///   - end: dropped when the body has ended.
    ///   - options: for the thread. `capacity` and `whenFull` have no effect here: the queues exist.
    ///   - body: runs on the new thread.
    /// - Throws: ``StageError`` if the thread cannot be created. Then the queues of the group are cancelled, and the end is
    ///   dropped.
    public mutating func start<End: QueueEnd & ~Copyable>(
        _ name: String, _ end: consuming sending End, options: StageOptions = StageOptions(),
        _ body: sending @escaping (inout End) throws -> Void
    ) throws(StageError) {
        shared.adopt(end.control)
        try launch(name, options, OneEnd(end, body, shared))
    }

    /// Starts a stage with two ends: an intermediary.
    ///
    /// - Parameters:
    ///   - name: of the thread, for debuggers and `top`; see ``StageOptions`` for what the system shows of it.
    ///   - input: dropped when the body has ended.
    ///   - output: dropped when the body has ended.
    ///   - options: for the thread. `capacity` and `whenFull` have no effect here: the queues exist.
    ///   - body: runs on the new thread.
    /// - Throws: what the form with one end throws.
    public mutating func start<Input: QueueEnd & ~Copyable, Output: QueueEnd & ~Copyable>(
        _ name: String, _ input: consuming sending Input, _ output: consuming sending Output,
        options: StageOptions = StageOptions(), _ body: sending @escaping (inout Input, inout Output) throws -> Void
    ) throws(StageError) {
        shared.adopt(input.control)
        shared.adopt(output.control)
        try launch(name, options, TwoEnds(input, output, body, shared))
    }

    /// Starts `workers` intermediaries that dequeue from one shared queue and enqueue into another.
    ///
    /// Each gets clones of both ends. The call drops the ends that it is given, so the stream ends when the last worker has
    /// ended.
    /// - Parameters:
    ///   - name: of the threads, with `-1`, `-2`, … if there are several; see ``StageOptions`` for what the system shows
    ///     of it.
    ///   - workers: the number of threads.
    ///   - input: the consumer end that they share.
    ///   - output: the producer end that they share.
    ///   - options: for the threads. `capacity` and `whenFull` have no effect here: the queues exist.
    ///   - body: runs on each of the new threads.
    /// - Throws: what the form with one end throws; workers that were already started then end.
    /// - Precondition: there is at least one worker.
    public mutating func start<In: ~Copyable, Near: ManyConsumers, Out: ~Copyable, Far: ManyProducers>(
        _ name: String, workers: Int, _ input: consuming sending Consumer<In, Near>,
        _ output: consuming sending Producer<Out, Far>, options: StageOptions = StageOptions(),
        _ body: @escaping @Sendable (inout Consumer<In, Near>, inout Producer<Out, Far>) throws -> Void
    ) throws(StageError) {
        if workers < 1 { fatalError("stage '\(name)' needs at least one worker, got \(workers)") }
        for worker in 1...workers {
            let name = ThreadName.worker(worker, of: workers, in: name)
            try start(name, input.clone(), output.clone(), options: options, body)
        }
    }

    /// Waits until every stage has ended.
    ///
    /// - Throws: the error of the first stage that threw; ``StageError/joinsItself(stage:)`` if the call could only wait for
    ///   itself, as in a body of the group. The group is then destroyed like one that was not joined.
    @available(*, noasync, message: "waits on a thread")
    public consuming func join() throws {
        let joining = threads
        let numbers = joining.map(\.number)
        if let own = JoinGraph.wait(for: { numbers }, { for thread in joining { thread.join() } }) {
            let stage = joining.first { $0.number == own }?.name ?? ""
            throw StageError.joinsItself(stage: stage)
        }
        threads = []
        if let error = shared.firstError { throw error }
    }

    private mutating func launch(
        _ name: String, _ options: StageOptions, _ work: StageWork
    ) throws(StageError) {
        // Destroy the captures of the work after the cancel. Before it, dropping their ends would end the stream.
        defer { withExtendedLifetime(work) {} }
        do {
            threads.append(try StageThread(name: name, options: options, work))
        } catch {
            shared.stop(.cancelled)
            throw error
        }
    }
}

/// The state that the stages of a group share.
private final class Shared: Sendable {
    private struct State {
        var queues: [QueueControl] = []
        var stopped: Poison?
        var firstError: (any Error)?
    }

    private let state = Mutex(State())

    var firstError: (any Error)? { state.withLock { $0.firstError } }

    func adopt(_ queue: QueueControl) {
        state.withLock { $0.queues.append(queue) }
        stopIfStopped(queue)
    }

    /// Stops a queue if the group was stopped. Call it for a queue that comes late, and before an end is dropped: the queues
    /// are stopped one by one, and consumers of a queue that is not stopped yet would take the drop for the end of the stream.
    func stopIfStopped(_ queue: QueueControl) {
        if let stopped = state.withLock({ $0.stopped }) { queue.stop(stopped) }
    }

    /// Handles the error of a body. The refusal of a queue that was already stopped is an end, not another failure.
    func failed(_ error: any Error, stopped: Bool) {
        if stopped, error is QueueClosed || error as? EnqueueError == .closed { return }
        stop(.failed(error))
    }

    func stop(_ poison: Poison) {
        let queues = state.withLock { state in
            if state.stopped == nil { state.stopped = poison }
            if case .failed(let error) = poison, state.firstError == nil { state.firstError = error }
            return state.queues
        }
        for queue in queues { queue.stop(poison) }
    }
}

private final class OneEnd<End: QueueEnd & ~Copyable>: StageWork {
    private var end: End?
    private let body: (inout End) throws -> Void
    private let shared: Shared

    init(_ end: consuming End, _ body: @escaping (inout End) throws -> Void, _ shared: Shared) {
        self.end = consume end
        self.body = body
        self.shared = shared
    }

    override func run() {
        // Keep the end on this thread's stack: a boxed end would need an exclusivity check at every operation.
        guard var end = end.take() else { return }
        do { try body(&end) } catch { shared.failed(error, stopped: end.control.isStopped) }
        shared.stopIfStopped(end.control)
    }
}

private final class TwoEnds<Input: QueueEnd & ~Copyable, Output: QueueEnd & ~Copyable>: StageWork {
    private var input: Input?
    private var output: Output?
    private let body: (inout Input, inout Output) throws -> Void
    private let shared: Shared

    init(
        _ input: consuming Input, _ output: consuming Output,
        _ body: @escaping (inout Input, inout Output) throws -> Void, _ shared: Shared
    ) {
        self.input = consume input
        self.output = consume output
        self.body = body
        self.shared = shared
    }

    override func run() {
        guard var input = input.take(), var output = output.take() else { return }
        do { try body(&input, &output) } catch {
            shared.failed(error, stopped: input.control.isStopped || output.control.isStopped)
        }
        shared.stopIfStopped(input.control)
        shared.stopIfStopped(output.control)
    }
}
