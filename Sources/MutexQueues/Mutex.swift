// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind.

public import DequeModule
public import Glibc
public import RingQueues

/// A mutex, two conditions and a deque of fixed capacity behind the same ends as the rings: what a good engineer
/// writes without rings, and what they are compared with.
///
/// Any number of producers and consumers. Order is that in which the mutex was got. A thread is woken only if one
/// waits; nothing is allocated for an element. It always parks: the wait strategy of the queue changes nothing.
@frozen
public enum Mutex: ManyProducers, ManyConsumers, BulkKind {}

/// What stands before the deque; the same for all elements.
@usableFromInline
@unsafe
struct MutexGate {
    @usableFromInline var mutex = unsafe pthread_mutex_t()
    @usableFromInline var notEmpty = pthread_cond_t()
    @usableFromInline var notFull = pthread_cond_t()
    @usableFromInline var waitingConsumers = 0
    @usableFromInline var waitingProducers = 0
    @usableFromInline var count = 0
    @usableFromInline var closed = false
    @usableFromInline var stopped = false
    @usableFromInline var deque: UnsafeMutableRawPointer

    @unsafe init(deque: UnsafeMutableRawPointer) { unsafe self.deque = deque }
}

extension QueueStorage {
    // SAFETY: only Mutex asks, whose makeStorage put a MutexGate there. Everything in it and the deque is accessed
    // with the mutex held.
    @inlinable
    var mutexGate: UnsafeMutablePointer<MutexGate> { unsafe pointer.assumingMemoryBound(to: MutexGate.self) }

    @inlinable
    func deque<E: ~Copyable>(of: E.Type = E.self) -> UnsafeMutablePointer<RigidDeque<E>> {
        unsafe mutexGate.pointee.deque.assumingMemoryBound(to: RigidDeque<E>.self)
    }

    @inlinable
    @inline(__always)
    func lock() { unsafe pthread_mutex_lock(&mutexGate.pointee.mutex) }

    @inlinable
    @inline(__always)
    func unlock() { unsafe pthread_mutex_unlock(&mutexGate.pointee.mutex) }
}

/// The two conditions, and who waits for them.
@usableFromInline
enum Side {
    case consumer, producer
}

extension QueueStorage {
    /// Lets the mutex go and wakes up to `count` of those who wait on the other side of what was done.
    @inlinable
    @inline(__always)
    func unlock(waking side: Side, _ count: Int) {
        let gate = unsafe mutexGate
        let waiting = unsafe side == .consumer ? gate.pointee.waitingConsumers : gate.pointee.waitingProducers
        unlock()
        if waiting > 0 { wake(side, count, all: count >= waiting) }
    }

    @usableFromInline
    func wake(_ side: Side, _ count: Int, all: Bool) {
        let gate = unsafe mutexGate
        switch side {
        case .consumer where all && count > 1: unsafe pthread_cond_broadcast(&gate.pointee.notEmpty)
        case .producer where all && count > 1: unsafe pthread_cond_broadcast(&gate.pointee.notFull)
        case .consumer: for _ in 0..<count { unsafe pthread_cond_signal(&gate.pointee.notEmpty) }
        case .producer: for _ in 0..<count { unsafe pthread_cond_signal(&gate.pointee.notFull) }
        }
    }

    /// Waits once on a condition, the mutex held. False when the time is over.
    @usableFromInline
    func wait(_ side: Side, until deadline: Int64) -> Bool {
        let gate = unsafe mutexGate
        if side == .consumer {
            unsafe gate.pointee.waitingConsumers += 1
            defer { unsafe gate.pointee.waitingConsumers -= 1 }
            return unsafe wait(&gate.pointee.notEmpty, until: deadline)
        }
        unsafe gate.pointee.waitingProducers += 1
        defer { unsafe gate.pointee.waitingProducers -= 1 }
        return unsafe wait(&gate.pointee.notFull, until: deadline)
    }

    private func wait(_ condition: UnsafeMutablePointer<pthread_cond_t>, until deadline: Int64) -> Bool {
        let mutex = unsafe mutexGate.pointer(to: \.mutex)!
        guard deadline != Int64.max else {
            unsafe pthread_cond_wait(condition, mutex)
            return true
        }
        let left = deadline - Platform.nanoseconds
        guard left > 0 else { return false }
        // A condition does not count the time for which the machine was suspended; look at the clock now and then.
        let slice = min(left, 1_000_000_000)
        var until = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &until)
        let nanoseconds = until.tv_nsec + Int(slice)
        until.tv_sec += nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_cond_timedwait(condition, mutex, &until)
        return true
    }
}

extension Mutex {
    public static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage {
        // The deque's own allocation traps; asking the same of malloc first turns that into an error.
        let bytes = MemoryLayout<E>.stride.multipliedReportingOverflow(by: capacity)
        guard !bytes.overflow, let probe = unsafe malloc(bytes.partialValue + 4096) else {
            throw .outOfMemory(capacity: capacity, slotBytes: MemoryLayout<E>.stride)
        }
        unsafe free(probe)
        let deque = UnsafeMutablePointer<RigidDeque<E>>.allocate(capacity: 1)
        unsafe deque.initialize(to: RigidDeque(capacity: capacity))
        let gate = UnsafeMutablePointer<MutexGate>.allocate(capacity: 1)
        unsafe gate.initialize(to: MutexGate(deque: deque))
        unsafe pthread_mutex_init(&gate.pointee.mutex, nil)
        var monotonic = pthread_condattr_t()
        unsafe pthread_condattr_init(&monotonic)
        unsafe pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(&gate.pointee.notEmpty, &monotonic)
        unsafe pthread_cond_init(&gate.pointee.notFull, &monotonic)
        unsafe pthread_condattr_destroy(&monotonic)
        return unsafe QueueStorage(gate)
    }

    public static func freeStorage<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) {
        let gate = unsafe storage.mutexGate
        unsafe storage.deque(of: E.self).deinitialize(count: 1).deallocate()
        unsafe pthread_cond_destroy(&gate.pointee.notEmpty)
        unsafe pthread_cond_destroy(&gate.pointee.notFull)
        unsafe pthread_mutex_destroy(&gate.pointee.mutex)
        unsafe gate.deinitialize(count: 1).deallocate()
    }

    public static func close(_ storage: QueueStorage, stop: Bool) {
        let gate = unsafe storage.mutexGate
        storage.lock()
        unsafe gate.pointee.closed = true
        if stop { unsafe gate.pointee.stopped = true }
        storage.unlock()
        unsafe pthread_cond_broadcast(&gate.pointee.notEmpty)
        unsafe pthread_cond_broadcast(&gate.pointee.notFull)
    }

    public static func isClosed(_ storage: QueueStorage) -> Bool {
        storage.lock()
        defer { storage.unlock() }
        return unsafe storage.mutexGate.pointee.closed
    }

    public static func count(_ storage: QueueStorage) -> Int {
        storage.lock()
        defer { storage.unlock() }
        return unsafe storage.mutexGate.pointee.count
    }

    @inlinable
    public static func tryEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E
    ) -> EnqueueResult<E> {
        enqueue(storage, element, waitingUntil: nil)
    }

    @inlinable
    public static func enqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E> {
        enqueue(storage, element, waitingUntil: deadline)
    }

    @inlinable
    @inline(__always)
    static func enqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, waitingUntil deadline: Deadline?
    ) -> EnqueueResult<E> {
        let gate = unsafe storage.mutexGate
        let deque = unsafe storage.deque(of: E.self)
        storage.lock()
        var until: Int64?
        while unsafe deque.pointee.isFull && !gate.pointee.closed {
            guard let deadline else {
                storage.unlock()
                return .full(element)
            }
            until = until ?? deadline.nanoseconds
            if !storage.wait(.producer, until: until!) {
                storage.unlock()
                return .full(element)
            }
        }
        if unsafe gate.pointee.closed {
            storage.unlock()
            return .closed(element)
        }
        unsafe deque.pointee.append(element)
        unsafe gate.pointee.count += 1
        storage.unlock(waking: .consumer, 1)
        return .enqueued
    }

    @inlinable
    public static func enqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        let gate = unsafe storage.mutexGate
        let deque = unsafe storage.deque(of: E.self)
        let least = whole ? count : 1
        storage.lock()
        var until: Int64?
        while unsafe deque.pointee.freeCapacity < least && !gate.pointee.closed {
            guard let deadline else {
                storage.unlock()
                return .full
            }
            until = until ?? deadline.nanoseconds
            if !storage.wait(.producer, until: until!) {
                storage.unlock()
                return .full
            }
        }
        if unsafe gate.pointee.closed {
            storage.unlock()
            return .closed
        }
        let moving = unsafe min(count, deque.pointee.freeCapacity)
        for i in 0..<moving { unsafe deque.pointee.append(element(i)) }
        unsafe gate.pointee.count += moving
        storage.unlock(waking: .consumer, moving)
        return .enqueued(moving)
    }

    @inlinable
    public static func tryDequeue<E: ~Copyable>(_ storage: QueueStorage, afterStop: Bool) -> DequeueResult<E> {
        dequeue(storage, waitingUntil: nil, afterStop: afterStop)
    }

    @inlinable
    public static func dequeue<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E> {
        dequeue(storage, waitingUntil: deadline, afterStop: afterStop)
    }

    @inlinable
    @inline(__always)
    static func dequeue<E: ~Copyable>(
        _ storage: QueueStorage, waitingUntil deadline: Deadline?, afterStop: Bool
    ) -> DequeueResult<E> {
        let gate = unsafe storage.mutexGate
        let deque = unsafe storage.deque(of: E.self)
        storage.lock()
        var until: Int64?
        while unsafe deque.pointee.isEmpty && !gate.pointee.closed {
            guard let deadline else {
                storage.unlock()
                return .empty
            }
            until = until ?? deadline.nanoseconds
            if !storage.wait(.consumer, until: until!) {
                storage.unlock()
                return .empty
            }
        }
        if unsafe deque.pointee.isEmpty || (gate.pointee.stopped && !afterStop) {
            storage.unlock()
            return .closed
        }
        let element = unsafe deque.pointee.removeFirst()
        unsafe gate.pointee.count -= 1
        storage.unlock(waking: .producer, 1)
        return .dequeued(element)
    }

    @inlinable
    public static func dequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        let gate = unsafe storage.mutexGate
        let deque = unsafe storage.deque(of: E.self)
        let least = whole ? count : 1
        storage.lock()
        var until: Int64?
        while unsafe deque.pointee.count < least && !gate.pointee.closed {
            guard let deadline else {
                storage.unlock()
                return .empty
            }
            until = until ?? deadline.nanoseconds
            if !storage.wait(.consumer, until: until!) {
                storage.unlock()
                return .empty
            }
        }
        if unsafe deque.pointee.isEmpty || gate.pointee.stopped {
            storage.unlock()
            return .closed
        }
        if unsafe deque.pointee.count < least {
            storage.unlock()
            return .empty
        }
        let moving = unsafe min(count, deque.pointee.count)
        for _ in 0..<moving { unsafe receive(deque.pointee.removeFirst()) }
        unsafe gate.pointee.count -= moving
        storage.unlock(waking: .producer, moving)
        return .dequeued(moving)
    }
}
