// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind declares and documents the requirements.

import CRings
import Glibc
public import RingQueues

/// A mutex, two condition variables and a circular buffer, with the same ends as the rings: the code that a good engineer
/// writes without rings, and the baseline for them.
///
/// It takes any number of producers and consumers. Elements are in the order in which threads acquire the mutex. A call
/// signals only if a thread waits, and no element needs an allocation. A thread that has to wait yields once and then
/// parks, whatever the wait strategy of the queue. A call whose deadline has passed tries once and does neither.
public enum MutexMPMC: ManyProducers, ManyConsumers, BulkKind {}

extension MutexMPMC {
    public static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        // The buffer's own allocation traps if it fails. Checking for the memory first turns that into an error.
        let slots = MemoryLayout<E>.stride.multipliedReportingOverflow(by: capacity)
        let all = slots.partialValue.addingReportingOverflow(4096)
        guard !slots.overflow, !all.overflow, Platform.hasMemory(all.partialValue) else {
            throw .outOfMemory(capacity: capacity, slotBytes: MemoryLayout<E>.stride)
        }
        return unsafe _QueueStorage(MutexGate.make(CircularBuffer<E>(capacity: capacity)))
    }

    public static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) {
        unsafe storage.buffer(of: E.self).deinitialize(count: 1)
        unsafe MutexGate.free(storage.mutexGate)
    }

    public static func _close(_ storage: _QueueStorage, stop: Bool) {
        let gate = unsafe storage.mutexGate
        storage.lock()
        unsafe gate.pointee.closed = true
        if stop { unsafe gate.pointee.stopped = true }
        storage.unlock()
        unsafe pthread_cond_broadcast(storage.condition(.consumer))
        unsafe pthread_cond_broadcast(storage.condition(.producer))
        unsafe rq_event_wake_all(storage.event(.consumer).pointer)
        unsafe rq_event_wake_all(storage.event(.producer).pointer)
    }

    public static func _isClosed(_ storage: _QueueStorage) -> Bool {
        storage.lock()
        defer { storage.unlock() }
        return unsafe storage.mutexGate.pointee.closed
    }

    public static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount { storage.event(side) }

    public static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool {
        storage.lock()
        defer { storage.unlock() }
        if unsafe storage.mutexGate.pointee.closed { return true }
        let buffer = unsafe storage.buffer(of: E.self)
        return unsafe side == .consumer ? buffer.pointee.count > 0 : buffer.pointee.freeCapacity > 0
    }

    public static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        storage.lock()
        defer { storage.unlock() }
        return unsafe storage.buffer(of: E.self).pointee.count
    }

    @inlinable
    public static func _tryEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E
    ) -> TryEnqueueResult<E> {
        storage.put(element, deadline: nil)
    }

    @inlinable
    public static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        storage.put(element, deadline: deadline)
    }

    @inlinable
    public static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        switch storage.reserve(whole ? count : 1, of: E.self, deadline: deadline) {
        case .nothing: return .full
        case .closed: return .closed
        case .some(let room):
            let buffer = unsafe storage.buffer(of: E.self)
            let moving = min(count, room)
            for i in 0..<moving { unsafe buffer.pointee.append(element(i)) }
            storage.publish(moving)
            return .enqueued(moving)
        }
    }

    @inlinable
    public static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        storage.get(deadline: nil, afterStop: afterStop)
    }

    @inlinable
    public static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        storage.get(deadline: deadline, afterStop: afterStop)
    }

    @inlinable
    public static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        switch storage.claim(whole ? count : 1, of: E.self, deadline: deadline, afterStop: false) {
        case .nothing: return .empty
        case .closed: return .closed
        case .some(let ready):
            let buffer = unsafe storage.buffer(of: E.self)
            let moving = min(count, ready)
            for _ in 0..<moving { unsafe receive(buffer.pointee.removeFirst()) }
            storage.release(moving)
            return .dequeued(moving)
        }
    }
}
