import Glibc

/// A mutex and a condition variable, by which threads of a pipeline coordinate.
@safe
final class Monitor: @unchecked Sendable {
    // SAFETY: the two live as long as this object, and only their own calls use them.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(mutex) }

    /// Locks the mutex if it is not locked; returns whether it did.
    func tryLock() -> Bool { unsafe pthread_mutex_trylock(mutex) == 0 }

    func unlock() { unsafe pthread_mutex_unlock(mutex) }

    /// Waits for a signal; the mutex is unlocked meanwhile. May return spuriously.
    func wait() { unsafe pthread_cond_wait(condition, mutex) }

    /// Waits for a signal for at most `time`; returns `false` if that time has passed. May return spuriously.
    func wait(_ time: Duration) -> Bool {
        var until = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &until)
        let (seconds, attoseconds) = time.components
        let nanoseconds = until.tv_nsec + Int(attoseconds / 1_000_000_000)
        until.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        return unsafe pthread_cond_timedwait(condition, mutex, &until) != ETIMEDOUT
    }

    func wakeAll() { unsafe pthread_cond_broadcast(condition) }
}
