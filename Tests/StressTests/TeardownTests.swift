import Glibc
import TestSupport
import Testing

extension Stress {
    /// Pipelines of every shape end in every way at any moment, and leave no thread, descriptor or element.
    /// `RINGQUEUES_TEARDOWNS` says how many. In a process of its own, whose threads and descriptors are its own.
    @Suite struct TeardownTests {
        @Test func teardownsLeakNothing() async {
            await #expect(processExitsWith: .success) { runTeardowns() }
        }
    }
}

private func runTeardowns() {
    let seed = Settings.seed
    let dog = Watchdog("teardowns, seed \(seed)")
    let watch = dog.watch
    func run(_ count: Int) {
        for number in 0..<count {
            let seed = seed &+ UInt64(number)
            watch.at("RINGQUEUES_SEED=\(seed) RINGQUEUES_TEARDOWNS=1")
            let teardown = Teardown(seed)
            if let wrong = teardown.run() {
                Issue.record("RINGQUEUES_SEED=\(seed) RINGQUEUES_TEARDOWNS=1, \(teardown): \(wrong)")
            }
        }
    }
    // Loaders, pools and the like have their threads and descriptors once the first have run.
    run(min(20, Settings.teardowns))
    let before = (threads: entries(of: "/proc/self/task"), descriptors: entries(of: "/proc/self/fd"))
    run(Settings.teardowns)
    // A thread that was joined may stay in the list a moment longer.
    while entries(of: "/proc/self/task") > before.threads { sched_yield() }
    #expect(entries(of: "/proc/self/fd") == before.descriptors)
    dog.stop()
}
