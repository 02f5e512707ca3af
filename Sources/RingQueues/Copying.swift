/// For elements that can be copied: a caller who keeps its own need not look at what comes back.
extension Producer where Element: Copyable {
    /// Puts a copy in if there is room. Does not wait.
    ///
    /// - Returns: whether there was room.
    /// - Throws: ``QueueClosed``.
    @inlinable
    public mutating func tryEnqueue(copying element: sending Element) throws(QueueClosed) -> Bool {
        switch tryEnqueue(element) {
        case .enqueued: return true
        case .full: return false
        case .closed: throw QueueClosed()
        }
    }

    /// Puts a copy in, waiting for room.
    ///
    /// - Throws: ``QueueClosed``, also when that happens while waiting.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(copying element: sending Element) throws(QueueClosed) {
        if case .enqueued = enqueue(element) { return }
        throw QueueClosed()
    }

    /// Puts a copy in, waiting for room for at most `timeout`. Zero and less: one try.
    ///
    /// - Throws: ``EnqueueError``.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(copying element: sending Element, timeout: Duration) throws(EnqueueError) {
        try Self.check(enqueue(element, timeout: timeout))
    }

    /// Puts a copy in, waiting for room until `deadline`. In the past: one try.
    ///
    /// - Throws: ``EnqueueError``.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(
        copying element: sending Element, deadline: ContinuousClock.Instant
    ) throws(EnqueueError) {
        try Self.check(enqueue(element, deadline: deadline))
    }

    @inlinable
    static func check(_ result: EnqueueResult<Element>) throws(EnqueueError) {
        switch result {
        case .enqueued: return
        case .full: throw .timedOut
        case .closed: throw .closed
        }
    }
}
