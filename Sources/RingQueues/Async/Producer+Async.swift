/// Enqueuing in asynchronous code: a call that has to wait suspends its task.
extension Producer where Element: ~Copyable {
    /// Enqueues an element, suspending the task until there is room.
    ///
    /// - Parameters:
    ///   - element: the element to enqueue.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once. Without one, it waits until there is room or the
    ///     queue closes.
    /// - Returns: `.enqueued`; or the element, in `.closed` if the queue is closed, or in `.full` if there was no room before the
    ///   deadline, or the task was cancelled. The queue then stays open.
    /// - Complexity: O(1). A call that does not wait allocates nothing; a wait costs the allocation of a `Task.yield()`, and with a
    ///   deadline that of a timer.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) mutating func enqueue(
        _ element: consuming sending Element, until deadline: Deadline? = nil
    ) async -> sending TryEnqueueResult<Element> {
        switch Kind._tryEnqueue(storage, element) {
        case .enqueued: return .enqueued
        case .closed(let back): return .closed(back)
        case .full(let back):
            if deadline?.isImmediate == true { return .full(back) }
            return await Kind.enqueueSuspending(storage, back, sleeper, until: deadline ?? .never)
        }
    }
}

extension QueueKind {
    @inlinable
    nonisolated(nonsending) static func enqueueSuspending<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming sending E, _ sleeper: Sleeper, until deadline: Deadline
    ) async -> sending TryEnqueueResult<E> {
        var suspension = Suspension<E, Self>(storage, .producer, sleeper, deadline)
        var held = element
        while await suspension.step() {
            switch _tryEnqueue(storage, held) {
            case .enqueued:
                suspension.end()
                return .enqueued
            case .closed(let back):
                suspension.end()
                return .closed(back)
            case .full(let back): held = back
            }
        }
        return .full(held)
    }
}
