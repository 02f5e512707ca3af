// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

/// One producer, one consumer: ConcurrencyKit's ring with cached indices. Wait-free; keeps the order.
///
/// `tryEnqueue` returns `.full`, and `tryDequeue` returns `.empty`, only if that was true at some moment of the call.
public enum SPSC: SlotKind, BulkKind {}

extension _QueueStorage {
    // SAFETY: only SPSC reads this, and its makeStorage put an rq_index there.
    @inlinable
    var index: UnsafeMutablePointer<rq_index> { unsafe pointer.assumingMemoryBound(to: rq_index.self) }
}

extension SPSC {
    public static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let stride = MemoryLayout<E>.stride
        guard
            let q = unsafe rq_index_create(UInt32(capacity), stride, MemoryLayout<E>.alignment, waiting.policy)
        else { throw .outOfMemory(capacity: capacity, slotBytes: stride) }
        return unsafe _QueueStorage(q)
    }

    public static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        unsafe Int(rq_index_count(storage.index))
    }

    @inlinable
    public static func _isClosed(_ storage: _QueueStorage) -> Bool {
        unsafe rq_final_is_settled(storage.gate)
    }

    @inlinable
    package static func isDrained(_ storage: _QueueStorage) -> Bool {
        unsafe rq_index_is_drained(storage.index)
    }

    @inlinable
    @inline(__always)
    package static func beginEnqueue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let run = unsafe rq_index_enqueue_begin(storage.index, 1, MemoryLayout<E>.stride, pauses)
        return unsafe run.count > 0 ? QueueSlot(run.first) : nil
    }

    @inlinable
    @inline(__always)
    package static func endEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type) -> Bool {
        unsafe rq_index_enqueue_end(storage.index, 1)
    }

    @inlinable
    @inline(__always)
    package static func beginDequeue<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type, pauses: UInt32) -> QueueSlot? {
        let run = unsafe rq_index_dequeue_begin(storage.index, 1, MemoryLayout<E>.stride, pauses)
        return unsafe run.count > 0 ? QueueSlot(run.first) : nil
    }

    @inlinable
    @inline(__always)
    package static func endDequeue<E: ~Copyable>(_ storage: _QueueStorage, _ slot: QueueSlot, of: E.Type) {
        unsafe rq_index_dequeue_end(storage.index, 1)
    }
}

/// Several elements in one call. A run has at most two pieces, and two loops copy faster than one over masked slots.
extension SPSC {
    @inlinable
    package static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        // A queue with a smaller capacity than `count` can still take some elements: ask only for as many as it can hold.
        let wanted = unsafe UInt32(min(count, Int(storage.gate.pointee.capacity)))
        let run = unsafe rq_index_enqueue_begin(storage.index, wanted, MemoryLayout<E>.stride, pauses)
        let room = unsafe Int(run.count)
        guard room >= least else { return _isClosed(storage) ? .closed : .full }
        let straight = unsafe Int(run.straight)
        let first = unsafe run.first.assumingMemoryBound(to: E.self)
        let start = unsafe storage.start(of: E.self)
        for i in 0..<straight { unsafe (first + i).construct { element(i) } }
        for i in straight..<room { unsafe (start + (i - straight)).construct { element(i) } }
        guard unsafe rq_index_enqueue_end(storage.index, run.count) else {
            for i in 0..<straight { unsafe giveBack(i, (first + i).move()) }
            for i in straight..<room { unsafe giveBack(i, (start + (i - straight)).move()) }
            return .closed
        }
        return .enqueued(room)
    }

    @inlinable
    package static func attemptDequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        let wanted = unsafe UInt32(min(count, Int(storage.gate.pointee.capacity)))
        let run = unsafe rq_index_dequeue_begin(storage.index, wanted, MemoryLayout<E>.stride, pauses)
        let ready = unsafe Int(run.count)
        guard ready >= least else { return isDrained(storage) ? .closed : .empty }
        let straight = unsafe Int(run.straight)
        let first = unsafe run.first.assumingMemoryBound(to: E.self)
        for i in 0..<straight { unsafe receive((first + i).move()) }
        let start = unsafe storage.start(of: E.self)
        for i in 0..<(ready - straight) { unsafe receive((start + i).move()) }
        unsafe rq_index_dequeue_end(storage.index, run.count)
        return .dequeued(ready)
    }
}

extension _QueueStorage {
    // SAFETY: slots have the stride and alignment of E; the caller owns those of its run (R1 to R4).
    /// The ring's first slot, where a run that reaches the end of the memory continues.
    @inlinable
    func start<E: ~Copyable>(of: E.Type) -> UnsafeMutablePointer<E> {
        unsafe UnsafeMutableRawPointer(gate.pointee.slots).assumingMemoryBound(to: E.self)
    }
}

extension SPSC: SingleProducer, SingleConsumer {}
