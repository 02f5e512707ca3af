// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

extension SingleProducer {
    @inlinable
    public static func _enqueue<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult {
        if Large.holds(E.self) {
            return try constructLarge(storage, deadline: deadline, constructing: body, refused: refused)
        }
        return try constructSmall(storage, deadline: deadline, constructing: body, refused: refused)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func constructLarge<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult {
        try constructSmall(storage, deadline: deadline, constructing: body, refused: refused)
    }

    @inlinable
    @inline(__always)
    static func constructSmall<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult {
        var waiter = unsafe rq_wait_none()
        // End the waiter before the body runs, so that the body may take long.
        func construct() throws(Failure) -> E {
            unsafe end(&waiter)
            return try body()
        }
        defer { unsafe end(&waiter) }
        while true {
            switch try _tryEnqueue(storage, constructing: construct, refused: refused) {
            case .enqueued: return .enqueued
            case .closed: return .closed
            case .full:
                if unsafe !step(&waiter, storage, RQ_PRODUCER, deadline) { return .full }
            }
        }
    }
}

extension SingleConsumer {
    @inlinable
    public static func _dequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, deadline: Deadline, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R> {
        var waiter = unsafe rq_wait_none()
        func consume(_ element: inout E) throws(Failure) -> R {
            unsafe end(&waiter)
            return try body(&element)
        }
        defer { unsafe end(&waiter) }
        while true {
            switch try _tryDequeue(storage, consuming: consume) as TryDequeueResult<R> {
            case .dequeued(let value): return .dequeued(value)
            case .closed: return .closed
            case .empty:
                if unsafe !step(&waiter, storage, RQ_CONSUMER, deadline) { return .empty }
            }
        }
    }
}

/// The requirement of ``SingleProducer``. Only ends of such kinds have calls that construct in place.
extension SlotKind {
    @inlinable
    public static func _tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult {
        guard let slot = beginEnqueue(storage, of: E.self, pauses: 0) else {
            return _isClosed(storage) ? .closed : .full
        }
        // If the body throws, there is nothing to undo: a single producer has only found its slot so far.
        let place = unsafe slot.element(of: E.self)
        unsafe try place.construct(body)
        guard endEnqueue(storage, slot, of: E.self) else {
            unsafe refused(&place.pointee)
            unsafe place.deinitialize(count: 1)
            return .closed
        }
        return .enqueued
    }
}

/// The requirement of ``SingleConsumer``.
extension SlotKind {
    @inlinable
    public static func _tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R> {
        if unsafe rq_gate_is_stopped(storage.gate) { return .closed }
        guard let slot = beginDequeue(storage, of: E.self, pauses: 0) else {
            return isDrained(storage) ? .closed : .empty
        }
        let place = unsafe slot.element(of: E.self)
        defer {
            unsafe place.deinitialize(count: 1)
            endDequeue(storage, slot, of: E.self)
        }
        return .dequeued(try unsafe body(&place.pointee))
    }
}
