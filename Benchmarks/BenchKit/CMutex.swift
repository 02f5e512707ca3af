// The requirements are documented where they are made, in QueueKind.
import CMutexQueue
import RingQueues

/// The plain C queue of `Benchmarks/C/CMutexQueue` with the same ends, so that the same loop drives it.
///
/// For elements that may be moved as bits, as all payloads of the benchmark may.
enum CMutex: ManyProducers, ManyConsumers, BulkKind {
    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let stride = MemoryLayout<E>.stride
        guard let q = unsafe cmq_create(capacity, stride, MemoryLayout<E>.alignment) else {
            throw .outOfMemory(capacity: capacity, slotBytes: stride)
        }
        return unsafe _QueueStorage(q)
    }

    static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) { unsafe cmq_free(storage.cmq) }
    static func _close(_ storage: _QueueStorage, stop: Bool) { unsafe cmq_close(storage.cmq, stop) }
    static func _isClosed(_ storage: _QueueStorage) -> Bool { unsafe cmq_is_closed(storage.cmq) }
    static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount {
        fatalError("the mutex queue in C is for threads: a task cannot wait for it")
    }

    static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool { false }

    static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int { unsafe cmq_count(storage.cmq) }

    static func _tryEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E> {
        storage.put(element, until: 0)
    }

    static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        storage.put(element, until: deadline.nanoseconds)
    }

    static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        storage.get(until: 0, afterStop: afterStop)
    }

    static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        storage.get(until: deadline.nanoseconds, afterStop: afterStop)
    }

    static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        let q = unsafe storage.cmq
        let room = unsafe cmq_reserve(q, whole ? count : 1, deadline?.nanoseconds ?? 0)
        guard room > 0 else { return room == 0 ? .full : .closed }
        let moving = min(count, room)
        for i in 0..<moving { unsafe storage.free(i, E.self).initialize(to: element(i)) }
        unsafe cmq_publish(q, moving)
        return .enqueued(moving)
    }

    static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        let q = unsafe storage.cmq
        let ready = unsafe cmq_claim(q, whole ? count : 1, deadline?.nanoseconds ?? 0, false)
        guard ready > 0 else { return ready == 0 ? .empty : .closed }
        let moving = min(count, ready)
        for i in 0..<moving { unsafe receive(storage.filled(i, E.self).move()) }
        unsafe cmq_release(q, moving)
        return .dequeued(moving)
    }
}

extension _QueueStorage {
    // SAFETY: only CMutex asks, whose makeStorage put a cmq there; slots are touched with its mutex held.
    fileprivate var cmq: UnsafeMutablePointer<cmq> { unsafe pointer.assumingMemoryBound(to: CMutexQueue.cmq.self) }

    fileprivate func free<E: ~Copyable>(_ ahead: Int, _ type: E.Type) -> UnsafeMutablePointer<E> {
        unsafe cmq_free_slot(cmq, ahead, MemoryLayout<E>.stride).assumingMemoryBound(to: E.self)
    }

    fileprivate func filled<E: ~Copyable>(_ ahead: Int, _ type: E.Type) -> UnsafeMutablePointer<E> {
        unsafe cmq_filled_slot(cmq, ahead, MemoryLayout<E>.stride).assumingMemoryBound(to: E.self)
    }

    fileprivate func put<E: ~Copyable>(_ element: consuming E, until deadline: Int64) -> TryEnqueueResult<E> {
        switch unsafe cmq_reserve(cmq, 1, deadline) {
        case 0: return .full(element)
        case Int(CMQ_CLOSED): return .closed(element)
        default:
            unsafe free(0, E.self).initialize(to: element)
            unsafe cmq_publish(cmq, 1)
            return .enqueued
        }
    }

    fileprivate func get<E: ~Copyable>(until deadline: Int64, afterStop: Bool) -> TryDequeueResult<E> {
        switch unsafe cmq_claim(cmq, 1, deadline, afterStop) {
        case 0: return .empty
        case Int(CMQ_CLOSED): return .closed
        default:
            let element = unsafe filled(0, E.self).move()
            unsafe cmq_release(cmq, 1)
            return .dequeued(element)
        }
    }
}
