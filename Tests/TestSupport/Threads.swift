private import CTestSupport
import Glibc
import RingQueues
import Synchronization

/// Threads of a test, joined together. They get their values, ends above all, as a parameter.
package struct Threads: ~Copyable {
    private var handles: [pthread_t] = []
    private var works: [Work] = []

    package init() {}

    deinit { for handle in handles { pthread_join(handle, nil) } }

    /// Starts a thread that owns `value`; what is left of it is destroyed when `body` has ended.
    package mutating func start<T: ~Copyable>(
        _ value: consuming sending T, _ body: sending @escaping (inout T) -> Void
    ) {
        launch(Owning(value, body))
    }

    /// Starts a thread that owns two values.
    package mutating func start<T: ~Copyable, U: ~Copyable>(
        _ first: consuming sending T, _ second: consuming sending U,
        _ body: sending @escaping (inout T, inout U) -> Void
    ) {
        launch(Owning(Two(first: first, second: second)) { body(&$0.first, &$0.second) })
    }

    package mutating func start(_ body: sending @escaping () -> Void) {
        launch(Owning(0) { _ in body() })
    }

    /// Waits for all of them.
    package consuming func join() {}

    /// Sends all of them the signal that `ts_catch_interruptions` catches.
    package func interrupt() { interrupter() }

    /// The same for another thread to call, before these are joined.
    package var interrupter: @Sendable () -> Void {
        { [handles] in for handle in handles { pthread_kill(handle, SIGUSR1) } }
    }

    /// Returns when every thread has been seen asleep in the kernel, at the same time: parked, if all they do is a
    /// waiting call.
    package func waitUntilAsleep() {
        while !works.allSatisfy({ ts_thread_sleeps($0.thread.load(ordering: .acquiring)) }) { sched_yield() }
    }

    /// Processor time that the threads have used, in nanoseconds.
    package func processorTime() -> Int {
        handles.reduce(0) { sum, handle in
            var clock = clockid_t()
            var time = timespec()
            precondition(unsafe pthread_getcpuclockid(handle, &clock) == 0, "the thread has ended")
            unsafe clock_gettime(clock, &time)
            return sum + time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
    }

    private mutating func launch(_ work: Work) {
        var handle = pthread_t()
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                // SAFETY: retained for this thread below, and released here.
                let work = unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
                ts_accept_signals()
                work.thread.store(ts_thread_id(), ordering: .releasing)
                work.run()
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        precondition(code == 0, "could not create a thread: \(Platform.errorName(code))")
        handles.append(handle)
        works.append(work)
    }
}

/// Interrupts threads again and again, with breaks: without breaks the signals would leave them no time at all.
package func storm(_ interrupt: () -> Void, seed: UInt64, until isOver: () -> Bool) {
    var random = Seeded(seed)
    while !isOver() {
        let seen = ts_interruptions()
        interrupt()
        while !isOver() && ts_interruptions() == seen { sched_yield() }
        for _ in 0..<random.below(10_000) { ts_pause() }
    }
}

private struct Two<First: ~Copyable, Second: ~Copyable>: ~Copyable {
    var first: First
    var second: Second
}

private class Work {
    let thread = Atomic<Int32>(0)
    func run() {}
}

private final class Owning<T: ~Copyable>: Work {
    private var value: T?
    private let body: (inout T) -> Void

    init(_ value: consuming T, _ body: @escaping (inout T) -> Void) {
        self.value = consume value
        self.body = body
    }

    override func run() {
        guard var value = value.take() else { return }
        body(&value)
    }
}

/// The meeting point of `count` threads, any number of times. They spin a little, then yield: with more threads than
/// cores another thread has to run.
package final class Meeting: Sendable {
    private let count: Int
    private let arrived = Atomic(0)
    private let round = Atomic(0)

    package init(_ count: Int) { self.count = count }

    package func meet() {
        let now = round.load(ordering: .acquiring)
        if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
            arrived.store(0, ordering: .relaxed)
            round.store(now + 1, ordering: .releasing)
            return
        }
        var spins = 0
        while round.load(ordering: .acquiring) == now {
            spins += 1
            if spins > 200 { sched_yield() } else { ts_pause() }
        }
    }
}

/// A value that one thread leaves for another, which knows by other means when it is there.
package final class Exchange<T: ~Copyable>: @unchecked Sendable {
    // SAFETY: the two threads that use it meet in between.
    private var value: T?

    package init() { value = nil }
    package func leave(_ value: consuming sending T) { self.value = consume value }
    package func take() -> T? { value.take() }
}

/// A number that threads of a test count up together.
package final class Counter: Sendable {
    private let number = Atomic(0)

    package init() {}
    package var value: Int { number.load(ordering: .acquiring) }
    @discardableResult
    package func add(_ more: Int = 1) -> Int { number.add(more, ordering: .acquiringAndReleasing).newValue }
}
