/// Calls that throw, for copyable elements: a caller that keeps its own copy does not need the element back.
extension Producer where Element: Copyable {
    /// Enqueues an element, waiting for room, and throws if the queue is closed.
    ///
    /// - Parameter element: the element to enqueue.
    /// - Throws: ``QueueClosed`` if the queue is closed, or closes while the call waits.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueue")
    @inlinable
    public mutating func enqueueOrThrow(_ element: sending Element) throws(QueueClosed) {
        if !enqueue(element).isEnqueued { throw QueueClosed() }
    }

    /// Enqueues an element, waiting for room until a deadline, and throws if that fails.
    ///
    /// - Parameters:
    ///   - element: the element to enqueue.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Throws: ``EnqueueError/timedOut`` if the queue was full until the deadline; ``EnqueueError/closed`` if it is
    ///   closed.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueue")
    @inlinable
    public mutating func enqueueOrThrow(_ element: sending Element, until deadline: Deadline) throws(EnqueueError) {
        switch enqueue(element, until: deadline) {
        case .enqueued: return
        case .full: throw .timedOut
        case .closed: throw .closed
        }
    }
}
