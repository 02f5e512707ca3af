// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind and RingKind.

public import CRings

/// One producer, one consumer: ConcurrencyKit's ring with remembered indices. Wait-free; order is kept.
///
/// `tryEnqueue` answers full, and `tryDequeue` empty, only when that was so at some moment of the call.
@frozen
public enum SPSC: SlotKind, BulkKind {}

extension QueueStorage {
    // SAFETY: only SPSC asks, whose makeStorage put an rq_index there.
    @inlinable
    var index: UnsafeMutablePointer<rq_index> { unsafe pointer.assumingMemoryBound(to: rq_index.self) }

    // SAFETY: slots have the stride and alignment of E, and the caller owns this one between reserve and publish or
    // between claim and release (R1 to R4).
    @inlinable
    func indexSlot<E: ~Copyable>(_ index: UInt32, of: E.Type = E.self) -> UnsafeMutablePointer<E> {
        unsafe rq_index_slot(self.index, index, MemoryLayout<E>.stride).assumingMemoryBound(to: E.self)
    }
}

extension SPSC {
    public static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage {
        let stride = MemoryLayout<E>.stride
        guard
            let q = unsafe rq_index_create(UInt32(capacity), stride, MemoryLayout<E>.alignment, waiting.policy)
        else { throw .outOfMemory(capacity: capacity, slotBytes: stride) }
        return unsafe QueueStorage(q)
    }

    public static func count<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) -> Int {
        unsafe Int(rq_index_count(storage.index))
    }

    @inlinable
    public static func attemptEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> EnqueueResult<E> {
        let q = unsafe storage.index
        guard unsafe rq_index_reserve(q, 1, pauses) > 0 else {
            return unsafe rq_gate_is_sealed(storage.gate) ? .closed(element) : .full(element)
        }
        let slot = unsafe storage.indexSlot(rq_index_tail(q), of: E.self)
        unsafe slot.initialize(to: element)
        guard unsafe rq_index_publish(q, 1) else { return unsafe .closed(slot.move()) }
        unsafe rq_signal_consumers(storage.gate)
        return .enqueued
    }

    @inlinable
    public static func attemptDequeue<E: ~Copyable>(_ storage: QueueStorage, pauses: UInt32) -> DequeueResult<E> {
        let q = unsafe storage.index
        let ready = unsafe rq_index_claim(q, 1, pauses)
        guard ready > 0 else { return unsafe rq_index_ended(q) ? .closed : .empty }
        unsafe rq_index_look_ahead(q, ready, MemoryLayout<E>.stride)
        let element = unsafe storage.indexSlot(rq_index_head(q), of: E.self).move()
        unsafe rq_index_release(q, 1)
        unsafe rq_signal_producers(storage.gate)
        return .dequeued(element)
    }

    @inlinable
    public static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        let q = unsafe storage.index
        // A queue that holds less than `count` can still take some: ask only for what can be.
        let wanted = unsafe min(count, Int(storage.gate.pointee.capacity))
        let room = unsafe min(wanted, Int(rq_index_reserve(q, UInt32(wanted), pauses)))
        guard room >= least else { return unsafe rq_gate_is_sealed(storage.gate) ? .closed : .full }
        let tail = unsafe rq_index_tail(q)
        let straight = min(room, storage.straight(from: tail))
        let first = unsafe storage.indexSlot(tail, of: E.self)
        for i in 0..<straight { unsafe (first + i).construct { element(i) } }
        let start = unsafe storage.indexSlot(0, of: E.self)
        for i in straight..<room { unsafe (start + (i - straight)).construct { element(i) } }
        guard unsafe rq_index_publish(q, UInt32(room)) else {
            for i in 0..<straight { unsafe giveBack(i, (first + i).move()) }
            for i in straight..<room { unsafe giveBack(i, (start + (i - straight)).move()) }
            return .closed
        }
        unsafe rq_signal_consumers(storage.gate)
        return .enqueued(room)
    }

    @inlinable
    public static func attemptDequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        let q = unsafe storage.index
        let wanted = unsafe min(count, Int(storage.gate.pointee.capacity))
        let ready = unsafe min(wanted, Int(rq_index_claim(q, UInt32(wanted), pauses)))
        guard ready >= least else { return unsafe rq_index_ended(q) ? .closed : .empty }
        let head = unsafe rq_index_head(q)
        let straight = min(ready, storage.straight(from: head))
        let first = unsafe storage.indexSlot(head, of: E.self)
        for i in 0..<straight { unsafe receive((first + i).move()) }
        let start = unsafe storage.indexSlot(0, of: E.self)
        for i in straight..<ready { unsafe receive((start + (i - straight)).move()) }
        unsafe rq_index_release(q, UInt32(ready))
        unsafe rq_signal_producers(storage.gate)
        return .dequeued(ready)
    }
}

extension QueueStorage {
    /// Slots from this one to the end of the memory: two runs are copied faster than masked slots one by one.
    @inlinable
    func straight(from index: UInt32) -> Int {
        let mask = unsafe gate.pointee.mask
        return Int(mask - (index & mask)) + 1
    }
}

extension SPSC: SingleProducer, SingleConsumer {
    @inlinable
    public static func tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult {
        let q = unsafe storage.index
        guard unsafe rq_index_reserve(q, 1, 0) > 0 else {
            return unsafe rq_gate_is_sealed(storage.gate) ? .closed : .full
        }
        let slot = unsafe storage.indexSlot(rq_index_tail(q), of: E.self)
        // A reservation is only a look: if the body throws, there is nothing to undo.
        unsafe try slot.construct(body)
        guard unsafe rq_index_publish(q, 1) else {
            unsafe refused(&slot.pointee)
            unsafe slot.deinitialize(count: 1)
            return .closed
        }
        unsafe rq_signal_consumers(storage.gate)
        return .enqueued
    }

    @inlinable
    public static func tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        let q = unsafe storage.index
        if unsafe rq_gate_is_stopped(storage.gate) { return .closed }
        guard unsafe rq_index_claim(q, 1, 0) > 0 else { return unsafe rq_index_ended(q) ? .closed : .empty }
        let slot = unsafe storage.indexSlot(rq_index_head(q), of: E.self)
        defer {
            unsafe slot.deinitialize(count: 1)
            unsafe rq_index_release(q, 1)
            unsafe rq_signal_producers(storage.gate)
        }
        return .dequeued(try unsafe body(&slot.pointee))
    }
}

/// For elements that are too large for inlined code.
extension SPSC {
    public static func reserveSlot<E: ~Copyable>(_ storage: QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let q = unsafe storage.index
        guard unsafe rq_index_reserve(q, 1, pauses) > 0 else { return nil }
        return unsafe QueueSlot(storage.indexSlot(rq_index_tail(q), of: E.self))
    }

    public static func publishSlot<E: ~Copyable>(_ storage: QueueStorage, _ slot: QueueSlot, of: E.Type) -> Bool {
        guard unsafe rq_index_publish(storage.index, 1) else { return false }
        unsafe rq_signal_consumers(storage.gate)
        return true
    }

    public static func claimSlot<E: ~Copyable>(_ storage: QueueStorage, of: E.Type, pauses: UInt32) -> ClaimedSlot {
        let q = unsafe storage.index
        guard unsafe rq_index_claim(q, 1, pauses) > 0 else { return unsafe rq_index_ended(q) ? .closed : .empty }
        return unsafe .slot(QueueSlot(storage.indexSlot(rq_index_head(q), of: E.self)))
    }

    public static func releaseSlot<E: ~Copyable>(_ storage: QueueStorage, _ slot: QueueSlot, of: E.Type) {
        unsafe rq_index_release(storage.index, 1)
        unsafe rq_signal_producers(storage.gate)
    }
}
