private import CTestSupport
import Glibc
import Synchronization

/// A thread that says which one it is, so that others can see when it sleeps.
package final class Sleeper: Sendable {
    private let thread = Atomic<Int32>(0)

    package init() {}

    /// Says that this is the calling thread.
    package func isMe() { thread.store(ts_thread_id(), ordering: .releasing) }

    /// Whether it has said so and sleeps in the kernel.
    package var isAsleep: Bool { ts_thread_sleeps(thread.load(ordering: .acquiring)) }

    /// Returns when it has been seen asleep.
    package func waitUntilAsleep() { while !isAsleep { sched_yield() } }
}
