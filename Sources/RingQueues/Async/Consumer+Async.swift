/// Dequeuing in asynchronous code: a call that has to wait suspends its task.
extension Consumer where Element: ~Copyable {
    /// Dequeues the next element, suspending the task until one is available.
    ///
    /// - Parameter deadline: how long to wait; with ``Deadline/now``, the call tries once. Without one, it waits until there is an
    ///   element or the queue closes.
    /// - Returns: the element in `.dequeued`; `.closed` if the queue is closed and no element is left; `.empty` if no element
    ///   came before the deadline, or the task was cancelled. Nothing was taken then, and the queue stays open.
    /// - Complexity: O(1). A call that does not wait allocates nothing; a wait costs the allocation of a `Task.yield()`, and with a
    ///   deadline that of a timer.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) mutating func dequeue(
        until deadline: Deadline? = nil
    ) async -> sending TryDequeueResult<Element> {
        switch Kind._tryDequeue(storage, afterStop: false) as TryDequeueResult<Element> {
        case .dequeued(let element): return .dequeued(element)
        case .closed: return .closed
        case .empty:
            if deadline?.isImmediate == true { return .empty }
            return await Kind.dequeueSuspending(storage, sleeper, until: deadline ?? .never)
        }
    }
}

extension QueueKind {
    // Static, over values that can be sent: so the element that it returns can be sent, too.
    @inlinable
    nonisolated(nonsending) static func dequeueSuspending<E: ~Copyable>(
        _ storage: _QueueStorage, _ sleeper: Sleeper, until deadline: Deadline
    ) async -> sending TryDequeueResult<E> {
        var suspension = Suspension<E, Self>(storage, .consumer, sleeper, deadline)
        while await suspension.step() {
            switch _tryDequeue(storage, afterStop: false) as TryDequeueResult<E> {
            case .dequeued(let element):
                suspension.end()
                return .dequeued(element)
            case .closed:
                suspension.end()
                return .closed
            case .empty: break
            }
        }
        return .empty
    }
}
