// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind and RingKind.

public import CRings

extension QueueStorage {
    // SAFETY: only the stamped kinds ask, whose makeStorage put an rq_stamped there.
    @inlinable
    var stamped: UnsafeMutablePointer<rq_stamped> { unsafe pointer.assumingMemoryBound(to: rq_stamped.self) }

    @inlinable
    @inline(__always)
    func layout<E: ~Copyable>(of: E.Type) -> rq_layout {
        rq_layout_of(MemoryLayout<E>.stride, MemoryLayout<E>.alignment)
    }

    // SAFETY: slots have the layout for E, and the caller owns this one between reserve and publish or between claim
    // and release (R1 to R4).
    @inlinable
    @inline(__always)
    func element<E: ~Copyable>(_ place: rq_place, of: E.Type = E.self) -> UnsafeMutablePointer<E> {
        unsafe rq_place_element(place, layout(of: E.self)).assumingMemoryBound(to: E.self)
    }

    /// Calls `body` for each slot of a run and then publishes (R2) or releases (R4) it, whole groups by one stamp.
    @inlinable
    @inline(__always)
    func forEachSlot<E: ~Copyable>(
        of run: rq_run, _ type: E.Type, _ body: (Int, UnsafeMutablePointer<E>) -> Void
    ) {
        let layout = layout(of: E.self)
        let perGroup = Int(layout.per_group)
        var (position, place, left) = unsafe (run.position, run.place, run.count)
        var stamp = unsafe run.stamp &+ 1
        var index = 0
        while true {
            let whole = unsafe rq_stamped_whole(stamped, position, place, left, layout)
            if whole > 0 {
                for _ in 0..<whole {
                    let first = unsafe element(place, of: E.self)
                    // A constant number: the compiler makes straight code of it.
                    for i in 0..<perGroup { unsafe body(index &+ i, first + i) }
                    unsafe rq_group_set(place.group, stamp, layout)
                    unsafe place.group += Int(layout.bytes)
                    index &+= perGroup
                }
                left &-= whole &* layout.per_group
                unsafe position = rq_stamped_behind_whole(stamped, position, whole, layout)
            } else {
                let piece = unsafe rq_stamped_piece(stamped, position, place, left, layout)
                let first = unsafe element(place, of: E.self)
                for i in 0..<Int(piece) { unsafe body(index &+ i, first + i) }
                unsafe rq_place_set(place, piece, stamp)
                index &+= Int(piece)
                left &-= piece
                unsafe position = rq_stamped_behind(stamped, position, piece, layout)
            }
            if left == 0 { return }
            unsafe place = rq_stamped_place(stamped, position, layout)
            // A run is no longer than a lap, so it crosses into the next one once at most.
            unsafe stamp =
                run.stamp &+ (rq_stamped_lap(stamped, position) &- rq_stamped_lap(stamped, run.position)) &+ 1
        }
    }
}

/// The kinds over the stamped ring: several producers, several consumers, or both.
///
/// Order is that of the reservations, over all producers. Not lock-free in the strict sense: a thread that is stopped
/// between reserve and publish delays the elements behind its own (not the calls of others). For that reason
/// `tryDequeue` may answer empty while a later element is there already, and `tryEnqueue` full while a claimed slot is
/// being emptied.
public protocol StampedKind: SlotKind, BulkKind {
    /// Whether nobody else enqueues.
    static var hasSoleProducer: Bool { get }
    /// Whether nobody else dequeues.
    static var hasSoleConsumer: Bool { get }
}

extension StampedKind {
    public static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage {
        let layout = rq_layout_of(MemoryLayout<E>.stride, MemoryLayout<E>.alignment)
        guard
            let q = unsafe rq_stamped_create(UInt32(capacity), layout, MemoryLayout<E>.alignment, waiting.policy)
        else { throw .outOfMemory(capacity: capacity, slotBytes: layout.bytes / Int(layout.per_group)) }
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
        let layout = layout(of: E.self)
        let run = unsafe rq_stamped_reserve(stamped, 1, 1, layout, pauses)
        guard unsafe run.count > 0 else { return refuse(element) }
        unsafe self.element(run.place).initialize(to: element)
        unsafe rq_stamped_publish(run)
        unsafe rq_signal_consumers(gate)
        return .enqueued
    }

    /// The only one: nobody else fills slots, so fill first and move the tail afterwards; a closer may be quicker.
    @inlinable
    @inline(__always)
    func enqueueSole<E: ~Copyable>(_ element: consuming E) -> EnqueueResult<E> {
        let layout = layout(of: E.self)
        let run = unsafe rq_stamped_look(stamped, rq_load64(&stamped.pointee.tail), 1, layout)
        guard unsafe run.count > 0 else { return refuse(element) }
        let slot = unsafe self.element(run.place, of: E.self)
        unsafe slot.initialize(to: element)
        guard unsafe rq_stamped_commit(stamped, run) else { return unsafe .closed(slot.move()) }
        unsafe rq_stamped_publish(run)
        unsafe rq_signal_consumers(gate)
        return .enqueued
    }

    @inlinable
    @inline(__always)
    func enqueueManyStamped<E: ~Copyable>(
        count: Int, least: Int, pauses: UInt32, element: (Int) -> E
    ) -> BatchEnqueueResult {
        let layout = layout(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(gate.pointee.capacity)))
        let run = unsafe rq_stamped_reserve(stamped, wanted, UInt32(least), layout, pauses)
        guard unsafe run.count > 0 else { return unsafe rq_gate_is_sealed(gate) ? .closed : .full }
        unsafe forEachSlot(of: run, E.self) { i, slot in unsafe slot.construct { element(i) } }
        unsafe rq_signal_consumers(gate)
        return .enqueued(Int(unsafe run.count))
    }
}

/// The consumer's side of the stamped ring.
extension QueueStorage {
    @inlinable
    @inline(__always)
    func claim(wanted: UInt32, least: UInt32, layout: rq_layout, sole: Bool, pauses: UInt32) -> rq_run {
        guard sole else { return unsafe rq_stamped_claim(stamped, wanted, least, layout, pauses) }
        var run = unsafe rq_stamped_peek(stamped, rq_load64(&stamped.pointee.head), wanted, layout)
        if unsafe run.count < least { unsafe run.count = 0 } else { unsafe rq_stamped_advance(stamped, run) }
        return unsafe run
    }

    @inlinable
    @inline(__always)
    func dequeueStamped<E: ~Copyable>(sole: Bool, pauses: UInt32) -> DequeueResult<E> {
        let layout = layout(of: E.self)
        let run = unsafe claim(wanted: 1, least: 1, layout: layout, sole: sole, pauses: pauses)
        guard unsafe run.count > 0 else { return unsafe rq_stamped_ended(stamped, run.position) ? .closed : .empty }
        let element = unsafe self.element(run.place, of: E.self).move()
        unsafe rq_stamped_release(run)
        unsafe rq_signal_producers(gate)
        return .dequeued(element)
    }

    @inlinable
    @inline(__always)
    func dequeueManyStamped<E: ~Copyable>(
        count: Int, least: Int, sole: Bool, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        let layout = layout(of: E.self)
        let wanted = unsafe UInt32(min(count, Int(gate.pointee.capacity)))
        let run = unsafe claim(wanted: wanted, least: UInt32(least), layout: layout, sole: sole, pauses: pauses)
        guard unsafe run.count > 0 else { return unsafe rq_stamped_ended(stamped, run.position) ? .closed : .empty }
        unsafe forEachSlot(of: run, E.self) { _, slot in unsafe receive(slot.move()) }
        unsafe rq_signal_producers(gate)
        return .dequeued(Int(unsafe run.count))
    }
}

/// For elements that are too large for inlined code.
extension StampedKind {
    public static func reserveSlot<E: ~Copyable>(_ storage: QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let layout = storage.layout(of: E.self)
        let run =
            unsafe hasSoleProducer
            ? rq_stamped_look(storage.stamped, rq_load64(&storage.stamped.pointee.tail), 1, layout)
            : rq_stamped_reserve(storage.stamped, 1, 1, layout, pauses)
        guard unsafe run.count > 0 else { return nil }
        return unsafe QueueSlot(storage.element(run.place, of: E.self), run)
    }

    public static func publishSlot<E: ~Copyable>(_ storage: QueueStorage, _ slot: QueueSlot, of: E.Type) -> Bool {
        guard unsafe !hasSoleProducer || rq_stamped_commit(storage.stamped, slot.run) else { return false }
        unsafe rq_stamped_publish(slot.run)
        unsafe rq_signal_consumers(storage.gate)
        return true
    }

    public static func claimSlot<E: ~Copyable>(_ storage: QueueStorage, of: E.Type, pauses: UInt32) -> ClaimedSlot {
        let layout = storage.layout(of: E.self)
        let run = unsafe storage.claim(wanted: 1, least: 1, layout: layout, sole: hasSoleConsumer, pauses: pauses)
        guard unsafe run.count > 0 else {
            return unsafe rq_stamped_ended(storage.stamped, run.position) ? .closed : .empty
        }
        return unsafe .slot(QueueSlot(storage.element(run.place, of: E.self), run))
    }

    public static func releaseSlot<E: ~Copyable>(_ storage: QueueStorage, _ slot: QueueSlot, of: E.Type) {
        unsafe rq_stamped_release(slot.run)
        unsafe rq_signal_producers(storage.gate)
    }
}
