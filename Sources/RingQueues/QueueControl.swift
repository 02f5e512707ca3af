/// A handle to stop and observe a queue, for threads that are neither its producers nor its consumers.
///
/// Any thread may make these calls at any time, even after all ends are gone. None of them waits.
public struct QueueControl: Sendable {
    let leases: QueueLeases

    /// Stops both sides now: every blocked call returns, producers get their elements back, consumers see the end.
    ///
    /// Elements left in the queue go to a caller of ``Consumer/drain(_:)``; otherwise they are destroyed with the last
    /// consumer. Another call, or a call after ``fail(_:)``, changes nothing. O(1).
    public func cancel() { leases.close(.cancelled) }

    /// Does the same as ``cancel()`` and gives a reason: ``poison`` is then `.failed(error)`, on both sides. Only the
    /// first cancel or failure counts.
    public func fail(_ error: any Error) { leases.close(.failed(error)) }

    /// Closes the queue for producers: consumers take the remaining elements, then see the end. Does nothing to a closed
    /// queue.
    package func finish() { leases.close(.finished) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { leases.poison }

    /// Whether the queue accepts no more elements.
    public var isClosed: Bool { leases.isClosed }

    /// The number of elements that fit.
    public var capacity: Int { leases.capacity }

    /// The number of elements in the queue a moment ago: for display and metrics, not for decisions.
    public var count: Int { leases.count }

    /// Registers an action that is called after each cancel and failure, and when the last consumer leaves elements in the
    /// queue, on the thread that does so. Call this before the queue has users.
    package func onStop(_ action: @escaping @Sendable () -> Void) { leases.onStop(action) }

    /// Identifies the queue: equal for two handles on one queue.
    package var identity: ObjectIdentifier { ObjectIdentifier(leases) }

    /// What suspended tasks of a side sleep on.
    package func event(_ side: _QueueSide) -> _EventCount { leases.event(side) }

    /// The number of producer and consumer ends.
    package var leaseCounts: (producers: Int, consumers: Int) { leases.counts }
}
