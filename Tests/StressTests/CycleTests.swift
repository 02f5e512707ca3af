import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Create, run, close, again and again, over every kind: no thread, descriptor or element is left.
    /// `RINGQUEUES_CYCLES` says how often. In a process of its own, whose threads and descriptors are its own.
    @Suite struct CycleTests {
        @Test func cyclesLeakNothing() async {
            await #expect(processExitsWith: .success) { try runCycles() }
        }
    }
}

private func runCycles() throws {
    let seed = Settings.seed
    let dog = Watchdog("cycles, seed \(seed)")
    // Loaders, pools and the like have their threads and descriptors once the first cycles have run.
    for number in 0..<20 { try cycle(seed &+ UInt64(number), dog.watch) }
    let before = (threads: entries(of: "/proc/self/task"), descriptors: entries(of: "/proc/self/fd"))
    for number in 0..<Settings.cycles { try cycle(seed &+ UInt64(number), dog.watch) }
    // A thread that was joined may stay in the list a moment longer.
    while entries(of: "/proc/self/task") > before.threads { sched_yield() }
    #expect(entries(of: "/proc/self/fd") == before.descriptors)
    dog.stop()
}

private func cycle(_ seed: UInt64, _ watch: Watch) throws {
    var random = Seeded(seed)
    let kind = Kinds.all[random.below(Kinds.all.count)]
    func run<K: TestKind>(_ kind: K.Type) throws {
        watch.at("\(kind), seed \(seed)")
        if random.below(2) == 0 {
            let shapes = Shape.all(for: kind)
            let shape = shapes[random.below(shapes.count)]
            let wrong = try CloseRace<K, Token>(shape).run(1 + random.below(3), seed: seed, watch)
            #expect(wrong == nil)
        } else {
            let wrong = try RandomWalk<K>.run(seed)
            #expect(wrong == nil)
        }
    }
    try run(kind)
}
