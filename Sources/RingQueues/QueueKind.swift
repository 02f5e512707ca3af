public import CRings

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

/// A side of a queue: its producers or its consumers.
public enum _QueueSide: Sendable {
    case producer, consumer
}

/// What suspended waiters of one side sleep on.
///
/// Programs do not use it.
@safe
public struct _EventCount: @unchecked Sendable {
    // SAFETY: part of the queue's memory; all accesses go through rq_event.h.
    @usableFromInline package let pointer: UnsafeMutablePointer<rq_event>

    @inlinable
    package init(_ pointer: UnsafeMutablePointer<rq_event>) {
        unsafe self.pointer = pointer
    }
}

/// An implementation of a queue, as a type parameter of its ends.
///
/// Use it as a constraint in generic code over ``Producer`` and ``Consumer``. Programs do not call its requirements, which
/// begin with an underscore, and only this package defines kinds. A kind keeps these promises:
///
/// - An element is delivered once or returned to its producer, never both.
/// - An enqueue that races with a close is accepted or refused, and every accepted element can be dequeued.
/// - The queue holds `capacity` elements.
public protocol QueueKind: SendableMetatype {
    /// Memory for `capacity` elements (at least one, at most ``QueueLimits/maximumCapacity``).
    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage
    /// Frees the memory. The queue must be empty, and no thread may use it any more.
    static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type)

    /// Tries once to enqueue an element; does not wait.
    static func _tryEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E>
    /// Enqueues an element, waiting for room until the deadline.
    static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E>
    /// Enqueues up to `count` (with `whole`, exactly `count`) of the elements that `element` returns, in the order of its
    /// argument. Elements that it returned and the queue refused go to `giveBack`. With a deadline, waits for room for at
    /// least one.
    static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult

    /// Tries once to dequeue an element; does not wait. With `afterStop`, also takes remaining elements of a queue whose
    /// consumers were stopped.
    static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E>
    /// Dequeues an element, waiting for one until the deadline.
    static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E>
    /// Dequeues up to `count` (with `whole`, exactly `count`) elements, and passes them to `receive` in their order. With a
    /// deadline, waits for at least one.
    static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult

    /// Refuses all later enqueues and, with `stop`, ends all later dequeues; wakes all waiters. Any thread, any number
    /// of times.
    static func _close(_ storage: _QueueStorage, stop: Bool)
    /// Whether all later enqueues are refused.
    static func _isClosed(_ storage: _QueueStorage) -> Bool
    /// What suspended waiters of a side sleep on. After each enqueue and dequeue, the kind signals the other side's.
    static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount
    /// Whether a waiter of a side would find something to do, or the end.
    static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool
    /// The number of elements in the queue a moment ago.
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
    /// Tries once to construct an element in its slot. If `body` throws, nothing was enqueued. If the queue was closed in
    /// the meantime, lends the element to `refused`, then destroys it in its slot.
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
    /// Tries once to use the first element in its slot. If `body` throws, the element counts as taken.
    static func _tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R>
    /// The same, waiting for an element until the deadline.
    static func _dequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R>
}
