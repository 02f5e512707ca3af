/// Dequeuing until the queue ends, in asynchronous code.
extension Consumer where Element: ~Copyable {
    /// Calls a body with the elements of the queue, burst by burst, until the queue ends.
    ///
    ///     let poison = await consumer.forEachBurst { burst in
    ///         while let job = burst.popFirst() { await run(job) }
    ///     }
    ///
    /// Suspends the task until there is an element, then takes as many as there are. Once the task is cancelled, no further burst
    /// is taken: the elements stay in the queue, and the queue stays open. A burst that the suspended call was taking goes to the
    /// body.
    ///
    /// - Parameters:
    ///   - count: the most elements to take at once. A large burst is fast, a small one leaves more to other consumers.
    ///   - body: called with each burst, where the caller of this method runs. Elements that it leaves are destroyed.
    /// - Returns: why the queue was closed; `nil` if the task was cancelled.
    /// - Throws: what `body` throws.
    /// - Precondition: `count` is at least 1.
    /// - Complexity: O(1) for each element. Allocates room for one burst, not for each.
    @inlinable
    public nonisolated(nonsending) mutating func forEachBurst<Failure: Error>(
        upTo count: Int = 64, _ body: nonisolated(nonsending) (inout Burst<Element>) async throws(Failure) -> Void
    ) async throws(Failure) -> Poison? {
        require(count >= 1, "a burst must be of at least 1 element, got \(count)")
        var burst = Burst<Element>(capacity: min(count, capacity))
        while !Task.isCancelled {
            var result = burst.fill(from: storage, Kind.self)
            if case .empty = result { result = await Kind.fillSuspending(&burst, storage, sleeper) }
            switch result {
            case .dequeued: try await body(&burst)
            case .closed: return poison
            case .empty: return nil
            }
        }
        return nil
    }
}

extension QueueKind {
    /// Fills a burst with at least one element. Returns `.empty` only if the task was cancelled.
    @inlinable
    nonisolated(nonsending) static func fillSuspending<E: ~Copyable>(
        _ burst: inout Burst<E>, _ storage: _QueueStorage, _ sleeper: Sleeper
    ) async -> TryDequeueManyResult {
        var suspension = Suspension<E, Self>(storage, .consumer, sleeper, .never)
        while await suspension.step() {
            let result = burst.fill(from: storage, Self.self)
            if case .empty = result { continue }
            suspension.end()
            return result
        }
        return .empty
    }
}
