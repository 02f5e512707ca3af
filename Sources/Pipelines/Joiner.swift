public import RingQueues
public import Synchronization

/// An element that a consumer has taken, and that is not done yet.
///
/// It is a value that cannot be copied, so it ends exactly once, on the thread that holds it then. A counter at the
/// consumer, as in Python, could be decremented too often, for another consumer's element, or on some paths not at all.
public struct JoinableTask<Element: ~Copyable>: ~Copyable {
    /// The element that was taken.
    public var element: Element
    @usableFromInline let receipt: Receipt

    @inlinable
    init(_ element: consuming Element, _ tally: TaskTally) {
        self.element = element
        receipt = Receipt(tally)
    }

    @inlinable
    static func of(_ result: consuming TryDequeueResult<Element>, _ tally: TaskTally) -> TryDequeueResult<JoinableTask>
    {
        switch consume result {
        case .dequeued(let element): .dequeued(JoinableTask(element, tally))
        case .empty: .empty
        case .closed: .closed
        }
    }

    /// Destroys the element, then says that it is done. A task that ends without this call counts as dropped, see
    /// ``JoinError``.
    @inlinable
    public consuming func taskDone() {
        _ = consume element
        receipt.sign()
    }

    /// Passes the element to `body`, and says that it is done when `body` has returned. If `body` throws, it counts as
    /// dropped.
    ///
    ///     try task.taskDone { image in try store(image) }
    ///
    /// - Parameter body: gets the element, on this thread.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws.
    @inlinable
    public consuming func taskDone<R: ~Copyable, Failure: Error>(
        after body: (consuming Element) throws(Failure) -> R
    ) throws(Failure) -> R {
        let result = try body(element)
        receipt.sign()
        return result
    }
}

extension JoinableTask: Sendable where Element: Sendable & ~Copyable {}

/// The obligation for one element: to be done, or to be counted as dropped.
@usableFromInline
struct Receipt: ~Copyable, Sendable {
    @usableFromInline var tally: TaskTally?

    @inlinable
    init(_ tally: TaskTally) { self.tally = tally }

    @inlinable
    deinit { tally?.drop() }

    @inlinable
    consuming func sign() { tally.take()?.subtract() }
}

/// Waits until all elements that were put into a ``JoinableQueue`` are done.
///
/// Any thread may call anything here at any time, even after all ends are gone.
public struct Joiner: Sendable {
    let tally: TaskTally
    let control: QueueControl

    /// Whether a thread waits for the next moment at which all elements are done.
    package var isAwaited: Bool { tally.isAwaited }

    /// Waits for a moment at which all enqueued elements are done.
    ///
    /// Everything that a consumer did for an element before its ``JoinableTask/taskDone()`` is visible to the thread
    /// that returns from here. While parked, it costs producers and consumers nothing. It returns at once if no element
    /// is unfinished, even for a queue that was stopped. If elements are left in a queue that is not stopped, it waits
    /// until they are taken, or the last consumer goes. A thread that calls it while it holds a ``JoinableTask`` of the
    /// same queue waits for itself.
    ///
    /// - Throws: ``JoinError`` when all have ended but some were dropped, and when the queue is stopped before all have
    ///   ended.
    @available(*, noasync, message: "waits on a thread")
    public func join() throws(JoinError) { _ = try tally.wait(until: .never, control) }

    /// Waits for a moment at which all enqueued elements are done, or until a deadline.
    ///
    /// - Parameter deadline: how long to wait; with `Deadline.now`, the call only checks.
    /// - Returns: whether all is done; `false` if the deadline has passed.
    /// - Throws: as ``join()``.
    @available(*, noasync, message: "waits on a thread")
    public func join(until deadline: Deadline) throws(JoinError) -> Bool { try tally.wait(until: deadline, control) }

    /// Elements that are not done yet, at this moment: those in the queue, those that were taken, and those that a call
    /// is about to enqueue. For people and metrics, not for decisions.
    public var unfinished: Int { tally.unfinished.load(ordering: .relaxed) }
}

/// Some elements that were put into a queue are not done, and will not be.
public struct JoinError: Error, CustomStringConvertible {
    /// Elements that were taken and destroyed without ``JoinableTask/taskDone()``, since the queue was made.
    public let dropped: Int
    /// Elements that were not done when the queue was stopped: left in it, still held by their consumers, or in a call
    /// that is being refused. Zero if it was not stopped.
    public let unfinished: Int
    /// Why the queue was stopped; `nil` or `.finished` if it was not.
    public let poison: Poison?

    /// What went wrong, with the numbers.
    public var description: String {
        let stopped =
            switch poison {
            case .cancelled: "cancelled"
            case .failed(let error): "failed (\(error))"
            case .finished, nil: "finished"
            }
        return unfinished == 0
            ? "not all is done: \(dropped) taken and dropped without taskDone()"
            : "not all is done: the queue was \(stopped) with \(unfinished) unfinished, \(dropped) dropped before"
    }
}

/// How many elements of a queue are not done, and the threads that wait for that.
@usableFromInline
final class TaskTally: Sendable {
    private struct State {
        var isStopped = false
        var moment: Moment?
    }

    /// What joining threads wait for: the next moment without an unfinished element, or a stop before it.
    private final class Moment: Sendable {
        let latch = Latch()
        /// Set before the latch opens: elements that come after the moment, and a stop after it, do not concern these
        /// waiters.
        let answer = Guarded<Answer?>(nil)
    }

    private struct Answer {
        let unfinished: Int
        let dropped: Int
    }

    @usableFromInline let unfinished = Atomic(0)
    @usableFromInline let dropped = Atomic(0)
    private let state = Guarded(State())

    init() {}

    /// Relaxed: the queue orders it before its own subtraction, and whatever makes a join later orders it before that
    /// join.
    @inlinable
    func add() { unfinished.add(1, ordering: .relaxed) }

    /// Everything done for the element before this is visible to the threads that join.
    @inlinable
    func subtract() {
        if unfinished.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { signal() }
    }

    @usableFromInline
    func drop() {
        dropped.add(1, ordering: .relaxed)
        subtract()
    }

    /// Wakes the waiting threads. Checks again under the lock: an element may have come since, and then a thread that
    /// began to wait since must not be woken for an earlier moment.
    ///
    /// No wake-up is lost: a waiting thread has seen a number above zero with the lock held, so the subtraction that
    /// leaves zero for good comes after that, and takes the lock after that as well.
    @usableFromInline
    func signal() {
        let moment = state.withLock { state -> Moment? in
            guard unfinished.load(ordering: .acquiring) == 0 else { return nil }
            state.moment?.answer.withLock { $0 = Answer(unfinished: 0, dropped: dropped.load(ordering: .relaxed)) }
            return state.moment.take()
        }
        moment?.latch.open()
    }

    func stop() {
        let moment = state.withLock { state in
            state.isStopped = true
            state.moment?.answer.withLock { $0 = now }
            return state.moment.take()
        }
        moment?.latch.open()
    }

    /// Reads the unfinished ones first: an element is counted as dropped before it stops being unfinished.
    private var now: Answer {
        let left = unfinished.load(ordering: .acquiring)
        return Answer(unfinished: left, dropped: dropped.load(ordering: .relaxed))
    }

    /// Whether a thread waits for the next moment.
    var isAwaited: Bool { state.withLock { $0.moment != nil } }

    func wait(until deadline: Deadline, _ control: QueueControl) throws(JoinError) -> Bool {
        let moment = state.withLock { state -> Moment? in
            if state.isStopped || unfinished.load(ordering: .acquiring) == 0 { return nil }
            if state.moment == nil { state.moment = Moment() }
            return state.moment
        }
        let answer: Answer
        if let moment {
            guard moment.latch.wait(until: deadline) else { return false }
            answer = moment.answer.withLock { $0 } ?? now
        } else {
            answer = now
        }
        if answer.unfinished == 0 && answer.dropped == 0 { return true }
        throw JoinError(dropped: answer.dropped, unfinished: answer.unfinished, poison: control.poison)
    }
}
