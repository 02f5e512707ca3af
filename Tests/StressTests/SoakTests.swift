import Glibc
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Hours of queues that are made, used by about 64 threads, closed in every way and made again: nothing hangs, and no
/// element, thread, descriptor or memory is left. `scripts/lib/soak` says for how long.
@Suite(.enabled(if: Settings.soakSeconds > 0)) struct SoakTests {
    @Test func nothingIsLostAndNothingStays() throws {
        let seed = Settings.seed
        let end = ContinuousClock.now + .seconds(Settings.soakSeconds)
        // Pools, arenas and loaders have their memory after a while.
        let warm = soak(until: min(end, .now + .seconds(min(60, Settings.soakSeconds / 10 + 1))), seed: seed)
        let before = Census()
        let rest = soak(until: end, seed: seed &+ 1_000_000_007)
        // A thread that was joined may stay in the list a moment longer.
        while entries(of: "/proc/self/task") > before.threads { sched_yield() }
        let after = Census()
        for wrong in warm.wrong + rest.wrong { Issue.record("\(wrong)") }
        #expect(after.descriptors == before.descriptors)
        #expect(after.kibibytes < before.kibibytes + 32 * 1024)
        print(
            "figure: \(warm.elements + rest.elements) elements verified, \(warm.races + rest.races) closes, "
                + "\(Settings.soakSeconds) s, seed \(seed); threads \(before.threads) → \(after.threads), "
                + "descriptors \(before.descriptors) → \(after.descriptors), "
                + "memory \(before.kibibytes) → \(after.kibibytes) KiB")
    }
}

/// The resources of a process.
private struct Census {
    let threads = entries(of: "/proc/self/task")
    let descriptors = entries(of: "/proc/self/fd")
    /// Resident memory.
    let kibibytes: Int

    init() {
        var usage = [Int](repeating: 0, count: 2)
        if let file = unsafe fopen("/proc/self/statm", "re") {
            defer { unsafe fclose(file) }
            var line = [CChar](repeating: 0, count: 128)
            if unsafe fgets(&line, 128, file) != nil {
                usage = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    .split(separator: " ").compactMap { Int($0) }
            }
        }
        kibibytes = usage[1] * Int(getpagesize()) / 1024
    }
}

private final class Notes: Sendable {
    private let list = Synchronization.Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    func note(_ text: String) { list.withLock { $0.append(text) } }
}

private struct Harvest {
    var elements = 0
    var races = 0
    var wrong: [String] = []
}

/// Twenty threads, each of which runs queues of two to four threads, one after the other, each with its own watchdog.
private func soak(until end: ContinuousClock.Instant, seed: UInt64) -> Harvest {
    let elements = Counter()
    let races = Counter()
    let wrong = Notes()
    var threads = Threads()
    for number in 0..<20 {
        threads.start {
            var random = Seeded(seed &+ UInt64(number))
            let dog = Watchdog("soak \(number)")
            while ContinuousClock.now < end && wrong.all.isEmpty {
                let kind = Kinds.all[random.below(Kinds.all.count)]
                do {
                    if random.below(2) == 0 {
                        if let found = try transfer(kind, &random, dog.watch, elements) { wrong.note(found) }
                    } else {
                        if let found = try race(kind, &random, dog.watch, races) { wrong.note(found) }
                    }
                } catch { wrong.note("\(error)") }
            }
            dog.stop()
        }
    }
    threads.join()
    return Harvest(elements: elements.value, races: races.value, wrong: wrong.all)
}

private func transfer<K: TestKind>(
    _ kind: K.Type, _ random: inout Seeded, _ watch: Watch, _ elements: Counter
) throws -> String? {
    let transfer = Transfer(
        producers: K.producersCanBeCloned ? 1 + random.below(K.consumersCanBeCloned ? 2 : 3) : 1,
        consumers: K.consumersCanBeCloned ? 1 + random.below(K.producersCanBeCloned ? 2 : 3) : 1,
        capacity: [1, 3, 64, 1023][random.below(4)], calls: Calls.allCases[random.below(3)],
        waiting: Kinds.waiting[random.below(Kinds.waiting.count)], each: 1 + random.below(3000))
    let wrong = try transfer.run(kind, watch)
    elements.add(transfer.producers * transfer.each)
    return wrong
}

private func race<K: TestKind>(
    _ kind: K.Type, _ random: inout Seeded, _ watch: Watch, _ races: Counter
) throws -> String? {
    let shapes = Shape.all(for: kind)
    let count = 1 + random.below(30)
    let wrong = try CloseRace<K, Token>(shapes[random.below(shapes.count)]).run(count, seed: random.next(), watch)
    races.add(count)
    return wrong
}
