/// A handle on a queue for threads that are neither its producers nor its consumers: it stops and observes the
/// queue.
///
/// Any thread may call anything here at any time, even after all ends are gone. Nothing here waits.
public struct QueueControl: Sendable {
    let leases: QueueLeases

    /// Stops both sides now: every blocked call returns, producers get their elements back, consumers see the end.
    ///
    /// Elements that are left in the queue go to the caller of ``Consumer/drain(_:)``, and are destroyed with the last
    /// consumer otherwise. Calling it again, or after ``fail(_:)``, changes nothing. O(1).
    public func cancel() { leases.close(.cancelled) }

    /// Does the same as ``cancel()`` and gives a reason: ``poison`` is then `.failed(error)`, on both sides. Only the
    /// first cancel or failure counts.
    public func fail(_ error: any Error) { leases.close(.failed(error)) }

    /// Closes the queue for producers: consumers take what is left, then see the end. Changes nothing in a closed queue.
    package func finish() { leases.close(.finished) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { leases.poison }

    /// Whether the queue accepts no more elements.
    public var isClosed: Bool { leases.isClosed }

    /// How many elements fit.
    public var capacity: Int { leases.capacity }

    /// Elements in the queue a moment ago: a snapshot for people and metrics, not for decisions.
    public var count: Int { leases.count }

    /// Has `action` called after each cancel and failure, and when the last consumer leaves elements, by the thread that does
    /// it. Before the queue has users.
    package func onStop(_ action: @escaping @Sendable () -> Void) { leases.onStop(action) }

    /// The same for two handles on one queue.
    package var identity: ObjectIdentifier { ObjectIdentifier(leases) }

    /// How many producer and consumer ends there are.
    package var leaseCounts: (producers: Int, consumers: Int) { leases.counts }
}
