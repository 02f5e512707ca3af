// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind and RingKind.

public import CRings

/// Where stamp and element stand in a slot of the stamped ring.
@usableFromInline
enum StampedSlot {
    @inlinable
    @inline(__always)
    static func offset<E: ~Copyable>(of: E.Type) -> Int { max(MemoryLayout<UInt32>.size, MemoryLayout<E>.alignment) }

    @inlinable
    @inline(__always)
    static func stride<E: ~Copyable>(of: E.Type) -> Int {
        let alignment = max(MemoryLayout<UInt32>.alignment, MemoryLayout<E>.alignment)
        return (offset(of: E.self) + MemoryLayout<E>.size + alignment - 1) / alignment * alignment
    }
}

extension QueueStorage {
    // SAFETY: only the stamped kinds ask, whose makeStorage put an rq_stamped there.
    @inlinable
    var stamped: UnsafeMutablePointer<rq_stamped> { unsafe pointer.assumingMemoryBound(to: rq_stamped.self) }

    // SAFETY: slots have StampedSlot's layout for E, and the caller owns this one between reserve and publish or
    // between claim and release (R1 to R4).
    @inlinable
    func stampedSlot<E: ~Copyable>(_ position: UInt64, of: E.Type = E.self) -> UnsafeMutablePointer<E> {
        unsafe (rq_stamped_slot(stamped, position, StampedSlot.stride(of: E.self)) + StampedSlot.offset(of: E.self))
            .assumingMemoryBound(to: E.self)
    }
}

extension QueueStorage {
    /// Calls `body` for each slot of a run and then gives the slot the stamp that is `step` beyond its lap: 1 publishes
    /// it (R2), a lap releases it (R4). In at most two straight pieces, which costs less than a position each.
    @inlinable
    @inline(__always)
    func forEachSlot<E: ~Copyable>(
        of run: rq_run, _ type: E.Type, setting step: UInt32, _ body: (Int, UnsafeMutablePointer<E>) -> Void
    ) {
        let stride = StampedSlot.stride(of: E.self)
        let straight = unsafe rq_stamped_straight(stamped, run.position, run.count)
        var first = unsafe rq_stamped_slot(stamped, run.position, stride)
        var stamp = unsafe rq_stamped_lap(stamped, run.position) &+ step
        var done = 0
        var end = Int(straight)
        while true {
            for i in done..<end {
                let slot = unsafe first + (i - done) * stride
                unsafe body(i, (slot + StampedSlot.offset(of: E.self)).assumingMemoryBound(to: E.self))
                unsafe rq_stamped_set(slot, stamp)
            }
            done = end
            end = Int(run.count)
            if done == end { return }
            unsafe first = UnsafeMutableRawPointer(gate.pointee.slots)
            stamp = unsafe rq_stamped_lap(stamped, rq_stamped_after(stamped, run.position, straight)) &+ step
        }
    }
}

/// The kinds over the stamped ring: several producers, several consumers, or both.
///
/// Order is that of the reservations, over all producers. Not lock-free in the strict sense: a thread that is stopped
/// between reserve and publish delays the elements behind its own (not the calls of others). For that reason
/// `tryDequeue` may answer empty while a later element is there already, and `tryEnqueue` full while a claimed slot is
/// being emptied.
public protocol StampedKind: RingKind, BulkKind {}

extension StampedKind {
    public static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage {
        let stride = StampedSlot.stride(of: E.self)
        guard
            let q = unsafe rq_stamped_create(UInt32(capacity), stride, MemoryLayout<E>.alignment, waiting.policy)
        else { throw .outOfMemory(capacity: capacity, slotBytes: stride) }
        return unsafe QueueStorage(q)
    }

    public static func count<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) -> Int {
        unsafe Int(rq_stamped_count(storage.stamped))
    }
}

/// The producer's side of the stamped ring.
extension QueueStorage {
    @inlinable
    @inline(__always)
    func refuse<E: ~Copyable>(_ element: consuming E) -> EnqueueResult<E> {
        unsafe rq_gate_is_sealed(gate) ? .closed(element) : .full(element)
    }

    /// One of several: reserve by compare-and-swap, then fill, then publish.
    @inlinable
    @inline(__always)
    func enqueueShared<E: ~Copyable>(_ element: consuming E, pauses: UInt32) -> EnqueueResult<E> {
        let stride = StampedSlot.stride(of: E.self)
        let run = unsafe rq_stamped_reserve(stamped, 1, 1, stride, pauses)
        guard run.count > 0 else { return refuse(element) }
        unsafe stampedSlot(run.position).initialize(to: element)
        unsafe rq_stamped_publish(stamped, run.position, stride)
        unsafe rq_signal_consumers(gate)
        return .enqueued
    }

    /// The only one: nobody else fills slots, so fill first and move the tail afterwards; a closer may be quicker.
    @inlinable
    @inline(__always)
    func enqueueSole<E: ~Copyable>(_ element: consuming E) -> EnqueueResult<E> {
        let stride = StampedSlot.stride(of: E.self)
        let run = unsafe rq_stamped_look(stamped, rq_load64(&stamped.pointee.tail), 1, stride)
        guard run.count > 0 else { return refuse(element) }
        let slot = unsafe stampedSlot(run.position, of: E.self)
        unsafe slot.initialize(to: element)
        guard unsafe rq_stamped_commit(stamped, run) else { return unsafe .closed(slot.move()) }
        unsafe rq_stamped_publish(stamped, run.position, stride)
        unsafe rq_signal_consumers(gate)
        return .enqueued
    }

    @inlinable
    @inline(__always)
    func enqueueManyStamped<E: ~Copyable>(
        count: Int, least: Int, pauses: UInt32, element: (Int) -> E
    ) -> BatchEnqueueResult {
        let stride = StampedSlot.stride(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(gate.pointee.capacity)))
        let run = unsafe rq_stamped_reserve(stamped, wanted, UInt32(least), stride, pauses)
        guard run.count > 0 else { return unsafe rq_gate_is_sealed(gate) ? .closed : .full }
        unsafe forEachSlot(of: run, E.self, setting: 1) { i, slot in unsafe slot.initialize(to: element(i)) }
        unsafe rq_signal_consumers(gate)
        return .enqueued(Int(run.count))
    }
}

/// The consumer's side of the stamped ring.
extension QueueStorage {
    @inlinable
    @inline(__always)
    func claim(wanted: UInt32, least: UInt32, stride: Int, sole: Bool, pauses: UInt32) -> rq_run {
        guard sole else { return unsafe rq_stamped_claim(stamped, wanted, least, stride, pauses) }
        var run = unsafe rq_stamped_peek(stamped, rq_load64(&stamped.pointee.head), wanted, stride)
        if run.count < least { run.count = 0 } else { unsafe rq_stamped_advance(stamped, run) }
        return run
    }

    @inlinable
    @inline(__always)
    func dequeueStamped<E: ~Copyable>(sole: Bool, pauses: UInt32) -> DequeueResult<E> {
        let stride = StampedSlot.stride(of: E.self)
        let run = claim(wanted: 1, least: 1, stride: stride, sole: sole, pauses: pauses)
        guard run.count > 0 else { return unsafe rq_stamped_ended(stamped, run.position) ? .closed : .empty }
        let element = unsafe stampedSlot(run.position, of: E.self).move()
        unsafe rq_stamped_release(stamped, run.position, stride)
        unsafe rq_signal_producers(gate)
        return .dequeued(element)
    }

    @inlinable
    @inline(__always)
    func dequeueManyStamped<E: ~Copyable>(
        count: Int, least: Int, sole: Bool, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        let stride = StampedSlot.stride(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(gate.pointee.capacity)))
        let run = claim(wanted: wanted, least: UInt32(least), stride: stride, sole: sole, pauses: pauses)
        guard run.count > 0 else { return unsafe rq_stamped_ended(stamped, run.position) ? .closed : .empty }
        let lap = unsafe gate.pointee.mask + 1
        unsafe forEachSlot(of: run, E.self, setting: lap) { _, slot in unsafe receive(slot.move()) }
        unsafe rq_signal_producers(gate)
        return .dequeued(Int(run.count))
    }
}
