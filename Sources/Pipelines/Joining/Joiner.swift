public import RingQueues

/// A handle to wait until all elements that were enqueued into a ``JoinableQueue`` are done.
///
/// Any thread may make these calls at any time, even after all ends are gone.
public struct Joiner: Sendable {
    let tally: TaskTally
    let control: QueueControl

    /// Whether a thread waits for the next moment at which all elements are done.
    package var isAwaited: Bool { tally.isAwaited }

    /// Waits for a moment at which all enqueued elements are done.
    ///
    /// When the call returns, everything that a consumer did for an element before its ``JoinableTask/taskDone()`` is
    /// visible to the calling thread. While parked, the call costs producers and consumers nothing. It returns at once if no
    /// element is unfinished, even if the queue was stopped. If elements are left in a queue that is not stopped, it waits
    /// until they are taken, or the last consumer is dropped. A thread that calls it while it holds a ``JoinableTask`` of the
    /// same queue waits for itself.
    ///
    /// - Throws: ``JoinError`` if all tasks have ended but some were dropped, or if the queue is stopped before all have
    ///   ended.
    @available(*, noasync, message: "waits on a thread")
    public func join() throws(JoinError) { _ = try tally.wait(until: .never, control) }

    /// Waits for a moment at which all enqueued elements are done, or until a deadline.
    ///
    /// - Parameter deadline: how long to wait; with `Deadline.now`, the call only checks.
    /// - Returns: whether all elements are done; `false` if the deadline has passed.
    /// - Throws: what ``join()`` throws.
    @available(*, noasync, message: "waits on a thread")
    public func join(until deadline: Deadline) throws(JoinError) -> Bool { try tally.wait(until: deadline, control) }

    /// The number of elements that are not done at this moment: those in the queue, those that were taken, and those that a
    /// call is about to enqueue. For display and metrics, not for decisions.
    public var unfinished: Int { tally.unfinished.load(ordering: .relaxed) }
}

/// An error: some elements that were enqueued are not done, and will not be.
public struct JoinError: Error, CustomStringConvertible {
    /// The number of elements that were taken and destroyed without ``JoinableTask/taskDone()``, since the queue was made.
    public let dropped: Int
    /// The number of elements that were not done when the queue was stopped: left in it, still held by their consumers, or
    /// in a call that is being refused. Zero if it was not stopped.
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
