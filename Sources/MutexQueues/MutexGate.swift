public import CRings
public import Glibc
public import RingQueues

/// The memory of a mutex queue. Two neighbouring cache lines hold everything that each operation touches; the condition
/// variables follow, on which threads wait, and the event counts, on which tasks wait.
///
///     0    MutexGate    64    CircularBuffer    128    two conditions    256    two event counts
@usableFromInline
@unsafe
struct MutexGate {
    @usableFromInline var mutex = unsafe pthread_mutex_t()
    @usableFromInline var waitingConsumers: Int32 = 0
    @usableFromInline var waitingProducers: Int32 = 0
    @usableFromInline var closed = false
    @usableFromInline var stopped = false

    init() {}

    @inlinable static var bufferOffset: Int { 64 }
    @inlinable static var conditionsOffset: Int { 128 }
    @inlinable static var eventsOffset: Int { 256 }
    private static let bytes = 512

    /// Allocates and initializes the gate, with the buffer after it.
    static func make<E: ~Copyable>(_ buffer: consuming CircularBuffer<E>) -> UnsafeMutableRawPointer {
        unsafe precondition(MemoryLayout<MutexGate>.size <= bufferOffset, "the gate fits before the buffer")
        unsafe precondition(
            MemoryLayout<CircularBuffer<E>>.size <= conditionsOffset - bufferOffset
                && 2 * MemoryLayout<pthread_cond_t>.stride <= eventsOffset - conditionsOffset
                && 2 * MemoryLayout<rq_event>.stride <= bytes - eventsOffset,
            "the buffer, the conditions and the event counts fit")
        let memory = unsafe UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
        let gate = unsafe memory.initializeMemory(as: MutexGate.self, to: MutexGate())
        var spinning = pthread_mutexattr_t()
        unsafe pthread_mutexattr_init(&spinning)
        unsafe pthread_mutexattr_settype(&spinning, Platform.spinningMutexType)
        unsafe pthread_mutex_init(&gate.pointee.mutex, &spinning)
        unsafe pthread_mutexattr_destroy(&spinning)
        let place = unsafe (memory + bufferOffset).bindMemory(to: CircularBuffer<E>.self, capacity: 1)
        unsafe place.initialize(to: buffer)
        let conditions = unsafe (memory + conditionsOffset).bindMemory(to: pthread_cond_t.self, capacity: 2)
        var monotonic = pthread_condattr_t()
        unsafe pthread_condattr_init(&monotonic)
        unsafe pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC)
        for i in 0..<2 { unsafe pthread_cond_init(conditions + i, &monotonic) }
        unsafe pthread_condattr_destroy(&monotonic)
        let events = unsafe (memory + eventsOffset).bindMemory(to: rq_event.self, capacity: 2)
        for i in 0..<2 {
            unsafe (events + i).initialize(to: rq_event())
            unsafe rq_event_init(events + i)
        }
        return unsafe memory
    }

    /// Frees the memory. The buffer must have been destroyed.
    static func free(_ gate: UnsafeMutablePointer<MutexGate>) {
        let storage = unsafe _QueueStorage(gate)
        unsafe pthread_cond_destroy(storage.condition(.consumer))
        unsafe pthread_cond_destroy(storage.condition(.producer))
        unsafe pthread_mutex_destroy(&gate.pointee.mutex)
        unsafe UnsafeMutableRawPointer(gate).deallocate()
    }
}

extension _QueueStorage {
    // SAFETY: only MutexMPMC reads this, and its makeStorage put a MutexGate there. Everything in it and in the buffer is
    // accessed with the mutex held.
    @inlinable
    var mutexGate: UnsafeMutablePointer<MutexGate> { unsafe pointer.assumingMemoryBound(to: MutexGate.self) }

    @inlinable
    func buffer<E: ~Copyable>(of: E.Type = E.self) -> UnsafeMutablePointer<CircularBuffer<E>> {
        unsafe (pointer + MutexGate.bufferOffset).assumingMemoryBound(to: CircularBuffer<E>.self)
    }

    /// The condition variable that threads of a side wait on.
    func condition(_ side: _QueueSide) -> UnsafeMutablePointer<pthread_cond_t> {
        let first = unsafe (pointer + MutexGate.conditionsOffset).assumingMemoryBound(to: pthread_cond_t.self)
        return unsafe side == .consumer ? first : first + 1
    }

    /// What tasks of a side sleep on. Both sides announce themselves and signal as with a ring.
    @inlinable
    @inline(__always)
    func event(_ side: _QueueSide) -> _EventCount {
        let first = unsafe (pointer + MutexGate.eventsOffset).assumingMemoryBound(to: rq_event.self)
        return unsafe _EventCount(side == .consumer ? first : first + 1)
    }

    @inlinable
    @inline(__always)
    func lock() { unsafe pthread_mutex_lock(&mutexGate.pointee.mutex) }

    @inlinable
    @inline(__always)
    func unlock() { unsafe pthread_mutex_unlock(&mutexGate.pointee.mutex) }

    /// Unlocks the mutex and wakes up to `count` threads that wait on `side`, and a task. A task wakes further tasks.
    @inlinable
    @inline(__always)
    func unlock(waking side: _QueueSide, _ count: Int) {
        let gate = unsafe mutexGate
        let waiting = unsafe side == .consumer ? gate.pointee.waitingConsumers : gate.pointee.waitingProducers
        unlock()
        if waiting > 0 { wake(side, count, all: count >= Int(waiting)) }
        unsafe rq_event_hand_on(event(side).pointer)
    }

    @usableFromInline
    func wake(_ side: _QueueSide, _ count: Int, all: Bool) {
        let condition = unsafe condition(side)
        if all && count > 1 {
            unsafe pthread_cond_broadcast(condition)
        } else {
            for _ in 0..<count { unsafe pthread_cond_signal(condition) }
        }
    }

    /// Waits once, with the mutex held: yields the first time, and later waits on the condition variable. Returns false if
    /// the call has no deadline or its deadline has passed. `until` keeps the deadline in nanoseconds between calls.
    @usableFromInline
    func wait(_ side: _QueueSide, _ limit: Deadline?, _ until: inout Int64?) -> Bool {
        guard let limit, !limit.isImmediate else { return false }
        guard let deadline = until else {
            let deadline = limit.nanoseconds
            if deadline != .max && deadline <= Platform.nanoseconds { return false }
            until = deadline
            // Yield once before parking. Otherwise the two sides run in lockstep: one element, one wake, one thread
            // switch. That reaches a tenth of the rate or less.
            unlock()
            sched_yield()
            lock()
            return true
        }
        let gate = unsafe mutexGate
        if side == .consumer {
            unsafe gate.pointee.waitingConsumers += 1
            defer { unsafe gate.pointee.waitingConsumers -= 1 }
            return wait(on: side, until: deadline)
        }
        unsafe gate.pointee.waitingProducers += 1
        defer { unsafe gate.pointee.waitingProducers -= 1 }
        return wait(on: side, until: deadline)
    }

    private func wait(on side: _QueueSide, until deadline: Int64) -> Bool {
        let condition = unsafe condition(side)
        guard deadline != Int64.max else {
            unsafe pthread_cond_wait(condition, &mutexGate.pointee.mutex)
            return true
        }
        let left = deadline - Platform.nanoseconds
        guard left > 0 else { return false }
        // A condition variable does not count the time during which the machine is suspended: read the clock now and then.
        let slice = min(left, 1_000_000_000)
        var until = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &until)
        let nanoseconds = until.tv_nsec + Int(slice)
        until.tv_sec += nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_cond_timedwait(condition, &mutexGate.pointee.mutex, &until)
        return true
    }
}
