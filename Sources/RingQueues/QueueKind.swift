/// The memory of one queue, whatever its kind.
///
/// Programs do not use it: only a ``QueueKind`` knows its layout.
@safe
public struct _QueueStorage: @unchecked Sendable {
    // SAFETY: the queue's core owns the memory and outlives every end. The kind's protocol orders the accesses; for the
    // rings these are the edges R1 to R4.
    @usableFromInline package let pointer: UnsafeMutableRawPointer

    @inlinable
    package init(_ pointer: UnsafeMutableRawPointer) {
        unsafe self.pointer = pointer
    }
}

/// A way to queue: the type parameter that distinguishes the ends of a ring from those of a mutex queue.
///
/// A constraint for generic code over ``Producer`` and ``Consumer``. Its requirements are not for programs and have an
/// underscore; only this package defines kinds. A kind keeps these promises: an element is delivered once or comes
/// back, never both; an enqueue that races with a close is accepted or refused, and every accepted element can be
/// dequeued; the queue holds `capacity` elements.
public protocol QueueKind: SendableMetatype {
    /// Memory for `capacity` elements (at least one, at most ``QueueLimits/maximumCapacity``).
    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage
    /// Frees the memory. The queue is empty, and no thread uses it any more.
    static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type)

    /// One try; does not wait.
    static func _tryEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E>
    /// Waits for room until the deadline.
    static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E>
    /// Moves up to `count` (with `whole`, exactly `count`) of the elements that `element` yields, in the order of its
    /// argument. Elements that were yielded and refused go to `giveBack`. With a deadline, waits for room for at least
    /// one.
    static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult

    /// One try; does not wait. With `afterStop`, also takes remaining elements of a queue whose consumers were stopped.
    static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E>
    /// Waits for an element until the deadline.
    static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E>
    /// Passes up to `count` (with `whole`, exactly `count`) elements to `receive`, in their order. With a deadline,
    /// waits for at least one.
    static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult

    /// Refuses all later enqueues and, with `stop`, ends all later dequeues; wakes all waiters. Any thread, any number
    /// of times.
    static func _close(_ storage: _QueueStorage, stop: Bool)
    /// Whether all later enqueues are refused.
    static func _isClosed(_ storage: _QueueStorage) -> Bool
    /// Elements in the queue a moment ago.
    static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int
}

/// Kinds whose producer end can be cloned.
public protocol ManyProducers: QueueKind {}

/// Kinds whose consumer end can be cloned.
public protocol ManyConsumers: QueueKind {}

/// Kinds that move exactly the number of elements asked for, or none.
///
/// ConcurrencyKit's own calls move one element each, so its kinds are not among these.
public protocol BulkKind: QueueKind {}

/// Kinds with one producer, which can construct an element in its slot.
public protocol SingleProducer: QueueKind {
    /// Makes one try to construct an element in its slot. If `body` throws, nothing was enqueued. If the queue was
    /// closed in the meantime, `refused` has the element until it is destroyed in its slot.
    static func _tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult
    /// The same, waiting for room until the deadline.
    static func _enqueue<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult
}

/// Kinds with one consumer, which can use an element in its slot.
public protocol SingleConsumer: QueueKind {
    /// Makes one try to use the first element in its slot. If `body` throws, the element counts as taken.
    static func _tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R>
    /// The same, waiting for an element until the deadline.
    static func _dequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R>
}
