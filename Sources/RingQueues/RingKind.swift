// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

/// What the rings share: the gate with their sizes, closing and event counts, and all waiting, which uses the gate.
@usableFromInline
package protocol RingKind: QueueKind {
    /// Tries once, with `pauses` after a lost race for a slot.
    static func attemptEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> TryEnqueueResult<E>
    /// Tries once, with `pauses` after a lost race for an element. Does not check whether consumers were stopped.
    static func attemptDequeue<E: ~Copyable>(_ storage: _QueueStorage, pauses: UInt32) -> TryDequeueResult<E>
    /// Tries once to enqueue from `least` to `count` elements.
    static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult
    /// Tries once to dequeue from `least` to `count` elements.
    static func attemptDequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult

    /// Enqueues an element that is too large for inlined code, waiting for room until the deadline. Tries once without one.
    static func enqueueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline?
    ) -> TryEnqueueResult<E>
    /// Dequeues an element that is too large for inlined code, waiting for it until the deadline. Tries once without one.
    static func dequeueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline?, afterStop: Bool
    ) -> TryDequeueResult<E>
}

/// How many pauses a call makes after a lost race for a slot, or before a read of the other side's index in a stream. A call
/// that waits can leave the cache line to the other thread for longer than a try can. Measured; see Performance.
@usableFromInline
package enum Pauses {
    @inlinable static var trying: UInt32 { 2 }
    @inlinable package static var waiting: UInt32 { 20 }
}

/// Rings whose elements the caller moves into and out of their slots, between the two halves of a step.
@usableFromInline
package protocol SlotKind: RingKind {
    /// Reserves a slot, or none if the queue is full or closed. Follow it with ``endEnqueue(_:_:of:)``.
    static func beginEnqueue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot?
    /// Publishes a filled slot and signals a consumer. Returns `false` if the queue was closed first; the caller then still
    /// owns the slot.
    static func endEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type) -> Bool
    /// Claims the first element, if there is one. Follow it with ``endDequeue(_:_:of:)``.
    static func beginDequeue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot?
    /// Releases an emptied slot and signals a producer.
    static func endDequeue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type)
    /// Whether the queue is closed and empty. For a consumer that claimed nothing.
    static func isDrained(_ storage: _QueueStorage) -> Bool
}

/// A slot between the two halves of a step.
@safe
@usableFromInline
package struct QueueSlot {
    // SAFETY: belongs to the thread that reserved or claimed it, until it publishes or releases it (R1 to R4).
    @usableFromInline let place: UnsafeMutableRawPointer
    /// Its position in a stamped ring.
    @usableFromInline let run: rq_run

    @inlinable
    init(_ place: UnsafeMutableRawPointer, _ run: rq_run = unsafe rq_run()) {
        unsafe self.place = place
        unsafe self.run = run
    }

    // SAFETY: slots have the stride and alignment of the queue's elements.
    @inlinable
    func element<E: ~Copyable>(of: E.Type = E.self) -> UnsafeMutablePointer<E> {
        unsafe place.assumingMemoryBound(to: E.self)
    }
}

extension SlotKind {
    @inlinable
    package static func attemptEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> TryEnqueueResult<E> {
        guard let slot = beginEnqueue(storage, of: E.self, pauses: pauses) else {
            return _isClosed(storage) ? .closed(element) : .full(element)
        }
        unsafe slot.element().initialize(to: element)
        guard endEnqueue(storage, slot, of: E.self) else { return unsafe .closed(slot.element().move()) }
        return .enqueued
    }

    @inlinable
    package static func attemptDequeue<E: ~Copyable>(_ storage: _QueueStorage, pauses: UInt32) -> TryDequeueResult<E> {
        guard let slot = beginDequeue(storage, of: E.self, pauses: pauses) else {
            return isDrained(storage) ? .closed : .empty
        }
        let element = unsafe slot.element(of: E.self).move()
        endDequeue(storage, slot, of: E.self)
        return .dequeued(element)
    }
}

extension _QueueStorage {
    // SAFETY: every ring starts with its gate (Sources/CRings), and only ring kinds ask for it.
    @inlinable
    var gate: UnsafeMutablePointer<rq_gate> { unsafe pointer.assumingMemoryBound(to: rq_gate.self) }
}

extension RingKind {
    @inlinable
    public static func _tryEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E
    ) -> TryEnqueueResult<E> {
        if Large.holds(E.self) { return enqueueLarge(storage, element, deadline: nil) }
        return attemptEnqueue(storage, element, pauses: Pauses.trying)
    }

    @inlinable
    public static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        if Large.holds(E.self) { return enqueueLarge(storage, element, deadline: deadline) }
        return enqueueSmall(storage, element, deadline: deadline)
    }

    @inlinable
    @inline(__always)
    static func enqueueSmall<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        switch attemptEnqueue(storage, element, pauses: Pauses.waiting) {
        case .enqueued: return .enqueued
        case .closed(let back): return .closed(back)
        case .full(let back):
            if deadline.isImmediate { return .full(back) }
            return enqueueWaiting(storage, back, deadline: deadline)
        }
    }

    @inlinable
    @inline(never)
    static func enqueueWaiting<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        var waiter = unsafe rq_wait_begin(storage.gate, RQ_PRODUCER, deadline.nanoseconds)
        var waiting = element
        while unsafe rq_wait_step(&waiter) {
            switch attemptEnqueue(storage, waiting, pauses: Pauses.waiting) {
            case .enqueued:
                unsafe rq_wait_end(&waiter)
                return .enqueued
            case .closed(let back):
                unsafe rq_wait_end(&waiter)
                return .closed(back)
            case .full(let back):
                waiting = back
            }
        }
        return .full(waiting)
    }

    @inlinable
    public static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        if Large.holds(E.self) { return dequeueLarge(storage, deadline: nil, afterStop: afterStop) }
        return tryDequeueSmall(storage, afterStop: afterStop)
    }

    @inlinable
    @inline(__always)
    static func tryDequeueSmall<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        if unsafe !afterStop && rq_gate_is_stopped(storage.gate) { return .closed }
        return attemptDequeue(storage, pauses: Pauses.trying)
    }

    @inlinable
    public static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        if Large.holds(E.self) { return dequeueLarge(storage, deadline: deadline, afterStop: afterStop) }
        return dequeueSmall(storage, deadline: deadline, afterStop: afterStop)
    }

    @inlinable
    @inline(__always)
    static func dequeueSmall<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        if unsafe !afterStop && rq_gate_is_stopped(storage.gate) { return .closed }
        switch attemptDequeue(storage, pauses: Pauses.waiting) as TryDequeueResult<E> {
        case .dequeued(let element): return .dequeued(element)
        case .closed: return .closed
        case .empty:
            if deadline.isImmediate { return .empty }
            return dequeueWaiting(storage, deadline: deadline, afterStop: afterStop)
        }
    }

    @inlinable
    @inline(never)
    static func dequeueWaiting<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        var waiter = unsafe rq_wait_begin(storage.gate, RQ_CONSUMER, deadline.nanoseconds)
        while unsafe rq_wait_step(&waiter) {
            if unsafe !afterStop && rq_gate_is_stopped(storage.gate) {
                unsafe rq_wait_end(&waiter)
                return .closed
            }
            switch attemptDequeue(storage, pauses: Pauses.waiting) as TryDequeueResult<E> {
            case .dequeued(let element):
                unsafe rq_wait_end(&waiter)
                return .dequeued(element)
            case .closed:
                unsafe rq_wait_end(&waiter)
                return .closed
            case .empty: break
            }
        }
        return .empty
    }

    public static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) {
        unsafe rq_gate_free(storage.gate)
    }

    public static func _close(_ storage: _QueueStorage, stop: Bool) {
        unsafe rq_ring_close(storage.gate, stop)
    }

    public static func _isClosed(_ storage: _QueueStorage) -> Bool {
        unsafe rq_ring_is_closed(storage.gate)
    }

    public static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount {
        unsafe _EventCount(rq_gate_event(storage.gate, side.side))
    }

    public static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool {
        unsafe rq_ring_is_ready(storage.gate, side.side)
    }
}

extension _QueueSide {
    /// The side in the C layer.
    var side: rq_side {
        switch self {
        case .producer: RQ_PRODUCER
        case .consumer: RQ_CONSUMER
        }
    }
}

/// Waiting, for code that has its attempt in a loop: `step` before each further attempt, `end` after the last one.
extension QueueKind {
    /// Waits, for a pause or a whole sleep. Returns true if the caller should try again, false if the deadline has passed.
    @usableFromInline
    static func step(
        _ waiter: inout rq_waiter, _ storage: _QueueStorage, _ side: rq_side, _ deadline: Deadline
    ) -> Bool {
        if deadline.isImmediate { return false }
        if unsafe !rq_wait_is_begun(&waiter) {
            unsafe waiter = rq_wait_begin(storage.gate, side, deadline.nanoseconds)
        }
        return unsafe rq_wait_step(&waiter)
    }

    @inlinable
    @inline(__always)
    static func end(_ waiter: inout rq_waiter) {
        if unsafe rq_wait_is_begun(&waiter) { unsafe rq_wait_end(&waiter) }
    }
}
