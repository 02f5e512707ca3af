// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

extension RingKind {
    @inlinable
    @inline(__always)
    public static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        if Large.holds(E.self) {
            return enqueueManyLarge(
                storage, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
        }
        return enqueueManySmall(
            storage, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    // One attempt, in a loop, inlined into the caller. With a second attempt for calls that waited, the code was too large
    // to be inlined, and each element cost a call of a closure.
    @inlinable
    @inline(__always)
    static func enqueueManySmall<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter = unsafe rq_wait_none()
        while true {
            let result = attemptEnqueueMany(
                storage, count: count, least: whole ? count : 1, pauses: pauses, element: element, giveBack: giveBack)
            if case .full = result, let deadline, unsafe step(&waiter, storage, RQ_PRODUCER, deadline) { continue }
            unsafe end(&waiter)
            return result
        }
    }

    @inlinable
    @inline(__always)
    public static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        if Large.holds(E.self) {
            return dequeueManyLarge(storage, count: count, whole: whole, deadline: deadline, receive: receive)
        }
        return dequeueManySmall(storage, count: count, whole: whole, deadline: deadline, receive: receive)
    }

    @inlinable
    @inline(__always)
    static func dequeueManySmall<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter = unsafe rq_wait_none()
        while true {
            let result =
                unsafe rq_gate_is_stopped(storage.gate)
                ? .closed
                : attemptDequeueMany(
                    storage, count: count, least: whole ? count : 1, pauses: pauses, receive: receive)
            if case .empty = result, let deadline, unsafe step(&waiter, storage, RQ_CONSUMER, deadline) { continue }
            unsafe end(&waiter)
            return result
        }
    }
}
