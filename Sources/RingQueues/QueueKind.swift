/// The memory of one queue, whatever its kind.
///
/// Only a ``QueueKind`` knows what stands behind it.
@frozen
@safe
public struct QueueStorage: @unchecked Sendable {
    // SAFETY: owned by the queue's core, which outlives every end; who may access what at which time is the kind's
    // protocol, for the rings the ordering edges R1 to R4.
    /// Where it starts.
    public let pointer: UnsafeMutableRawPointer

    /// Names the memory that a kind has made.
    @inlinable
    public init(_ pointer: UnsafeMutableRawPointer) {
        unsafe self.pointer = pointer
    }
}

/// A way to queue: the type parameter that tells the ends of a ring from those of a mutex queue.
///
/// The requirements are for those who write a kind; programs call ``Producer`` and ``Consumer``. A kind keeps these
/// promises: an element is delivered once or handed back, never both; an enqueue that races with ``close(_:stop:)`` is
/// accepted or refused, and every accepted element can be dequeued; `capacity` elements fit.
public protocol QueueKind: SendableMetatype {
    /// Memory for `capacity` elements (at least one, at most ``QueueLimits/capacity``).
    static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage
    /// Gives the memory back. The queue is empty, and nobody uses it any more.
    static func freeStorage<E: ~Copyable>(_ storage: QueueStorage, of: E.Type)

    /// One try; does not wait.
    static func tryEnqueue<E: ~Copyable>(_ storage: QueueStorage, _ element: consuming E) -> EnqueueResult<E>
    /// Waits for room until the deadline.
    static func enqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E>
    /// Moves up to `count` (`whole`: exactly so many) of the elements that `element` yields, in the order of its
    /// argument; what was yielded and refused goes to `giveBack`. With a deadline, waits for room for at least one.
    static func enqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult

    /// One try; does not wait. With `afterStop`, also takes what is left in a queue whose consumers were stopped.
    static func tryDequeue<E: ~Copyable>(_ storage: QueueStorage, afterStop: Bool) -> DequeueResult<E>
    /// Waits for an element until the deadline.
    static func dequeue<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E>
    /// Gives up to `count` (`whole`: exactly so many) elements to `receive`, in their order. With a deadline, waits
    /// for at least one.
    static func dequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> BatchDequeueResult

    /// Refuses all later enqueues and, with `stop`, ends all later dequeues; wakes everyone. Any thread, any times.
    static func close(_ storage: QueueStorage, stop: Bool)
    /// Whether all later enqueues are refused.
    static func isClosed(_ storage: QueueStorage) -> Bool
    /// Elements in the queue a moment ago.
    static func count<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) -> Int
}

/// Kinds whose producer end can be cloned.
public protocol ManyProducers: QueueKind {}

/// Kinds whose consumer end can be cloned.
public protocol ManyConsumers: QueueKind {}

/// Kinds that move several elements all or none.
///
/// ConcurrencyKit's own calls move one element each, so its kinds are not among these.
public protocol BulkKind: QueueKind {}

/// Kinds with one producer, which can construct an element in its slot.
public protocol SingleProducer: QueueKind {
    /// One try to construct an element in its slot. If `body` throws, nothing was enqueued; if the queue is closed by
    /// then, `refused` has the element until it is destroyed in its slot.
    static func tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult
    /// The same, waiting for room until the deadline.
    static func enqueue<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult
}

/// Kinds with one consumer, which can use an element in its slot.
public protocol SingleConsumer: QueueKind {
    /// One try to use the first element in its slot. If `body` throws, the element counts as taken.
    static func tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R>
    /// The same, waiting for an element until the deadline.
    static func dequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R>
}
