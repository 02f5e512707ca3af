import Glibc
import RingQueues
import Synchronization

/// Records which thread waits for which others to end, so that no thread waits for itself to end.
///
/// A wait closes a cycle if one of the awaited threads is the waiting thread itself, or waits for it in turn. Each wait
/// is checked and recorded under one lock. So if several waits would form a cycle, the last one is refused.
enum JoinGraph {
    /// A thread. Unlike the system's handles, a number is not used again.
    typealias Thread = Int

    private struct Wait: Sendable {
        /// Read under the graph's lock each time, because a pipeline gets its threads one by one.
        let threads: @Sendable () -> [Thread]
    }

    /// A thread has several waits if a waiting call runs an `undelivered` closure that waits.
    private static let waits = Guarded<[Thread: [Wait]]>([:])
    private static let count = Atomic(0)

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key, nil)
        require(code == 0, "could not create a key for a value of each thread: \(Platform.errorName(code))")
        return key
    }()

    /// The calling thread.
    static var current: Thread {
        let known = unsafe Int(bitPattern: pthread_getspecific(key))
        if known > 0 { return known }
        let thread = unknown()
        become(thread)
        return thread
    }

    /// Makes a number for a thread that does not run yet.
    static func unknown() -> Thread { count.add(1, ordering: .relaxed).newValue }

    /// Gives the calling thread its number, before ``current`` is first read there.
    static func become(_ thread: Thread) {
        let code = unsafe pthread_setspecific(key, UnsafeRawPointer(bitPattern: thread))
        require(code == 0, "could not store a value of this thread: \(Platform.errorName(code))")
    }

    /// Notes that the calling thread waits for those threads, until ``end()``.
    static func begin(_ threads: @escaping @Sendable () -> [Thread]) {
        let me = current
        waits.withLock { $0[me, default: []].append(Wait(threads: threads)) }
    }

    /// Ends the calling thread's latest wait.
    static func end() {
        let me = current
        let ended = waits.withLock { waits in
            let ended = waits[me]?.popLast()
            if waits[me]?.isEmpty == true { waits[me] = nil }
            return ended
        }
        // The captures of the wait must not be destroyed while the lock is held.
        withExtendedLifetime(ended) {}
    }

    /// Calls `body`, which waits for those threads, unless that would close a cycle.
    ///
    /// - Returns: the first of the threads that waits for the calling one; `nil` if no such thread exists and `body` was called.
    static func wait(for threads: @escaping @Sendable () -> [Thread], _ body: () -> Void) -> Thread? {
        let me = current
        let circle = waits.withLock { waits in
            let circle = threads().first { waitsFor(me, $0, waits) }
            if circle == nil { waits[me, default: []].append(Wait(threads: threads)) }
            return circle
        }
        if let circle { return circle }
        body()
        end()
        return nil
    }

    private static func waitsFor(_ target: Thread, _ thread: Thread, _ waits: [Thread: [Wait]]) -> Bool {
        var seen: Set<Thread> = []
        var next = [thread]
        while let thread = next.popLast() {
            if thread == target { return true }
            guard seen.insert(thread).inserted else { continue }
            for wait in waits[thread] ?? [] { next += wait.threads() }
        }
        return false
    }
}
