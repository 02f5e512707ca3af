extension Consumer {
    /// Makes an asynchronous sequence of the elements of the queue.
    ///
    ///     for await number in consumer.elements() { print(number) }
    ///
    /// The sequence takes elements in bursts of up to 64, and delivers them one by one. A loop that is left early loses
    /// nothing: the next loop over the same sequence continues with the next element. When the sequence is dropped, the elements
    /// that it took and did not deliver go to `undelivered`, and the consumer is dropped. Elements that are still in the
    /// queue stay there for other consumers.
    ///
    /// The sequence ends when the queue is closed and no element is left. It also ends in a task that was cancelled, after the
    /// elements of the last burst; the queue then stays open. A ``QueueControl`` that was taken before tells the reason.
    ///
    /// - Parameter undelivered: called with each element that was taken and not delivered, first to last, where the last copy
    ///   of the sequence is dropped. Without it, they are destroyed.
    /// - Returns: the sequence. It owns the consumer, and belongs to one task at a time, as the consumer did.
    /// - Complexity: O(1) for each element. Allocates when it is made, and when it waits.
    @inlinable
    public consuming func elements(undelivered: ((Element) -> Void)? = nil) -> Elements {
        Elements(state: Elements.State(self, undelivered))
    }

    /// The elements of a queue, see ``Consumer/elements(undelivered:)``.
    public struct Elements: AsyncSequence {
        @usableFromInline let state: State

        @inlinable
        init(state: State) { self.state = state }

        /// Makes an iterator. It begins with the first element that no other iterator of the sequence has delivered.
        @inlinable
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(state: state) }

        /// Delivers the elements of a queue, one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            @usableFromInline let state: State

            @inlinable
            init(state: State) { self.state = state }

            /// Delivers the next element, suspending the task until there is one.
            ///
            /// - Parameter actor: where the caller runs. The call stays there.
            /// - Returns: the element; `nil` if the queue has ended or the task was cancelled.
            @inlinable
            public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> Element? {
                if let element = unsafe state.burst.popFirst() { return element }
                return await state.refill() ? unsafe state.burst.popFirst() : nil
            }
        }

        /// What all copies of a sequence and its iterators share.
        @usableFromInline
        final class State {
            // A check of exclusive access for each element would cost more than the rest.
            // SAFETY: the state belongs to one task or actor, as it is not Sendable. No access lasts across an `await`, or
            // calls foreign code: `undelivered` runs between accesses.
            @exclusivity(unchecked) @usableFromInline var burst: Burst<Element>
            private var consumer: Consumer
            private let undelivered: ((Element) -> Void)?
            private var isWaiting = false

            @usableFromInline
            init(_ consumer: consuming Consumer, _ undelivered: ((Element) -> Void)?) {
                unsafe burst = Burst(capacity: Swift.min(64, consumer.capacity))
                self.consumer = consumer
                self.undelivered = undelivered
            }

            deinit {
                guard let undelivered else { return }
                while let element = unsafe burst.popFirst() { undelivered(element) }
            }

            /// Takes the next burst. Returns false if the queue has ended or the task was cancelled.
            @usableFromInline
            nonisolated(nonsending) func refill() async -> Bool {
                require(!isWaiting, "two loops wait for the elements of one consumer: make a consumer for each")
                if Task.isCancelled { return false }
                let storage = consumer.storage
                switch unsafe burst.fill(from: storage, Kind.self) {
                case .dequeued: return true
                case .closed: return false
                case .empty: break
                }
                isWaiting = true
                defer { isWaiting = false }
                var suspension = Suspension<Element, Kind>(storage, .consumer, consumer.sleeper, .never)
                while await suspension.step() {
                    let result = unsafe burst.fill(from: storage, Kind.self)
                    if case .empty = result { continue }
                    suspension.end()
                    return result != .closed
                }
                return false
            }
        }
    }
}
