// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

extension _QueueStorage {
    // SAFETY: only the stamped kinds read this, and their makeStorage put an rq_stamped there.
    @inlinable
    var stamped: UnsafeMutablePointer<rq_stamped> { unsafe pointer.assumingMemoryBound(to: rq_stamped.self) }

    @inlinable
    @inline(__always)
    func layout<E: ~Copyable>(of: E.Type) -> rq_layout {
        rq_layout_of(MemoryLayout<E>.stride, MemoryLayout<E>.alignment)
    }

}

/// The kinds over the stamped ring: several producers, several consumers, or both.
/// ``MPMC`` says what they promise.
@usableFromInline
package protocol StampedKind: SlotKind, BulkKind {
    /// Whether no other end enqueues.
    static var hasSingleProducer: Bool { get }
    /// Whether no other end dequeues.
    static var hasSingleConsumer: Bool { get }
}

extension StampedKind {
    public static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let layout = rq_layout_of(MemoryLayout<E>.stride, MemoryLayout<E>.alignment)
        guard
            let q = unsafe rq_stamped_create(UInt32(capacity), layout, MemoryLayout<E>.alignment, waiting.policy)
        else { throw .outOfMemory(capacity: capacity, slotBytes: layout.bytes / Int(layout.per_group)) }
        return unsafe _QueueStorage(q)
    }

    public static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        unsafe Int(rq_stamped_count(storage.stamped))
    }
}

extension StampedKind {
    @inlinable
    public static func _isClosed(_ storage: _QueueStorage) -> Bool {
        unsafe rq_stamped_is_closed(storage.stamped)
    }

    @inlinable
    package static func isDrained(_ storage: _QueueStorage) -> Bool {
        unsafe rq_stamped_is_drained(storage.stamped)
    }

    @inlinable
    @inline(__always)
    package static func beginEnqueue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let layout = storage.layout(of: E.self)
        let run = unsafe rq_stamped_enqueue_begin(storage.stamped, layout, hasSingleProducer, pauses)
        return unsafe run.count > 0 ? QueueSlot(rq_place_element(run.place, layout), run) : nil
    }

    @inlinable
    @inline(__always)
    package static func endEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type) -> Bool {
        unsafe rq_stamped_enqueue_end(storage.stamped, slot.run, storage.layout(of: E.self), hasSingleProducer)
    }

    @inlinable
    @inline(__always)
    package static func beginDequeue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let layout = storage.layout(of: E.self)
        let run = unsafe rq_stamped_dequeue_begin(storage.stamped, layout, hasSingleConsumer, pauses)
        return unsafe run.count > 0 ? QueueSlot(rq_place_element(run.place, layout), run) : nil
    }

    @inlinable
    @inline(__always)
    package static func endDequeue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type) {
        unsafe rq_stamped_dequeue_end(storage.stamped, slot.run, storage.layout(of: E.self))
    }
}

/// Several elements in one call, group by group. A whole group has a constant number of slots and one stamp for all.
extension StampedKind {
    @inlinable
    package static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        let layout = storage.layout(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(storage.gate.pointee.capacity)))
        var run = unsafe rq_stamped_enqueue_run(storage.stamped, wanted, UInt32(least), layout, pauses)
        let room = unsafe Int(run.count)
        guard room > 0 else { return _isClosed(storage) ? .closed : .full }
        var index = 0
        while unsafe run.count > 0 {
            let piece = unsafe rq_stamped_piece(storage.stamped, run, layout)
            unsafe forEachSlot(of: piece, layout) { i, slot in unsafe slot.construct { element(index &+ i) } }
            unsafe index &+= Int(piece.count)
            unsafe run = rq_stamped_publish(storage.stamped, run, piece, layout)
        }
        return .enqueued(room)
    }

    @inlinable
    package static func attemptDequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        let layout = storage.layout(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(storage.gate.pointee.capacity)))
        var run = unsafe rq_stamped_dequeue_run(
            storage.stamped, wanted, UInt32(least), layout, hasSingleConsumer, pauses)
        let ready = unsafe Int(run.count)
        guard ready > 0 else { return isDrained(storage) ? .closed : .empty }
        while unsafe run.count > 0 {
            let piece = unsafe rq_stamped_piece(storage.stamped, run, layout)
            unsafe forEachSlot(of: piece, layout) { (_, slot: UnsafeMutablePointer<E>) in unsafe receive(slot.move()) }
            unsafe run = rq_stamped_release(storage.stamped, run, piece, layout)
        }
        return .dequeued(ready)
    }

    // SAFETY: slots have the layout for E, and the caller owns those of its run (R1 to R4).
    @inlinable
    @inline(__always)
    static func forEachSlot<E: ~Copyable>(
        of piece: rq_piece, _ layout: rq_layout, _ body: (Int, UnsafeMutablePointer<E>) -> Void
    ) {
        let first = unsafe rq_place_element(piece.place, layout).assumingMemoryBound(to: E.self)
        if unsafe piece.count == layout.per_group {
            // The number is constant, so the compiler unrolls the loop.
            for i in 0..<Int(layout.per_group) { unsafe body(i, first + i) }
        } else {
            for i in unsafe 0..<Int(piece.count) { unsafe body(i, first + i) }
        }
    }
}
