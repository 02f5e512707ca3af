import Glibc

/// A number that only rises, for threads to sleep until it is high enough: how far something has come.
@safe
package final class Level: @unchecked Sendable {
    // SAFETY: everything is accessed with the mutex held, through pointers that live as long as this object.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var height = 0

    package init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    package func rise() {
        unsafe pthread_mutex_lock(mutex)
        height += 1
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    package func wait(for level: Int = 1) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while height < level { unsafe pthread_cond_wait(condition, mutex) }
    }

    /// Waits for this many seconds at most; returns whether the level was reached.
    package func wait(for level: Int, seconds: Int) -> Bool {
        var until = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &until)
        until.tv_sec += seconds
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while height < level {
            if unsafe pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT { return height >= level }
        }
        return true
    }
}
