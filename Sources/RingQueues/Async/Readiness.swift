/// Readiness for event loops, which neither park nor suspend.
extension Consumer where Element: ~Copyable {
    /// Calls an action once, as soon as the queue may have an element or has ended. Does not wait.
    ///
    ///     consumer.onReady { eventLoop.execute { drain() } }
    ///
    /// The action takes no element: it makes the owner of this end try. After it was called, dequeue with `try…` calls until
    /// they report `.empty`, then call this again. However many elements come before that, the action is called once. If
    /// there is an element already, it is called before this returns. A second call replaces an action that was not called
    /// yet; dropping the end forgets it.
    /// - Parameter action: called on the thread that enqueues, or closes the queue: it must be short, must not wait, and must
    ///   not use an end of this queue.
    /// - Complexity: O(1), with an allocation and a system call.
    public mutating func onReady(_ action: @escaping @Sendable () -> Void) {
        let storage = storage
        sleeper.notify(isReady: { Kind._isReady(storage, .consumer, of: Element.self) }, action)
    }
}

extension Producer where Element: ~Copyable {
    /// Calls an action once, as soon as the queue may have room or is closed. Does not wait.
    ///
    /// As ``Consumer/onReady(_:)``, for the other side: after it was called, enqueue with `try…` calls until they report
    /// `.full`, then call this again.
    /// - Parameter action: called on the thread that dequeues, or closes the queue: it must be short, must not wait, and must
    ///   not use an end of this queue.
    /// - Complexity: O(1), with an allocation and a system call.
    public mutating func onRoom(_ action: @escaping @Sendable () -> Void) {
        let storage = storage
        sleeper.notify(isReady: { Kind._isReady(storage, .producer, of: Element.self) }, action)
    }
}
