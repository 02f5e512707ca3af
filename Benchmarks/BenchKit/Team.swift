import Dispatch
import Glibc
import Histogram
import Pipelines
import RingQueues
import Synchronization

/// The state that the threads of one run share: the starting line, a sign of life, and the place for their reports.
final class Team: Sendable {
    /// A thread that has ended.
    struct Report: Sendable {
        var began: Int64
        var ended: Int64
        var isProducer: Bool
        var count: Int
        var sum = 0
        var isSound: Bool
        var latencies: Histogram<UInt64>?
    }

    private let size: Int
    private let pinned: Bool
    private let arrived = Atomic(0)
    private let latest = Atomic<Int64>(0)
    private let pulses: [Pulse]
    private let length: Length
    private let over = Atomic(false)
    private let reports = Mutex<[Report]>([])
    private let ended = DispatchSemaphore(value: 0)

    /// A team of `size` threads, `consumers` of which report when something moves.
    init(size: Int, consumers: Int, pinned: Bool, length: Length) {
        self.size = size
        self.length = length
        pulses = (0..<consumers).map { _ in Pulse() }
        self.pinned = pinned
    }

    /// Waits until all threads are here, or never will be; returns the time.
    func start(_ ordinal: Int) -> Int64 {
        if pinned { _ = Platform.pinThread(to: ordinal) }
        latest.max(Platform.nanoseconds, ordering: .relaxed)
        arrived.add(1, ordering: .acquiringAndReleasing)
        while arrived.load(ordering: .acquiring) < size && !isOver { sched_yield() }
        return Platform.nanoseconds
    }

    /// When the last thread came to the start: the same for all, once ``start(_:)`` has returned.
    var origin: Int64 { latest.load(ordering: .relaxed) }

    /// Where a consumer reports that something moves.
    func pulse(_ consumer: Int) -> Pulse { pulses[consumer] }

    /// Whether producers should stop, because the run has lasted long enough.
    var isOver: Bool { over.load(ordering: .relaxed) }

    /// A thread could not be created: threads that wait for it at the start go on to the end of their queues.
    func giveUp() { over.store(true, ordering: .relaxed) }

    private var beats: Int { pulses.reduce(0) { $0 + $1.beats } }

    /// How long nothing may move before a run counts as stalled.
    static let patience: Duration = .seconds(10)

    /// A thread has ended.
    func report(_ report: Report) {
        reports.withLock { $0.append(report) }
        ended.signal()
    }

    /// Waits for the reports of all threads and joins them. Ends the run after its time, and stops the queues if
    /// nothing moves.
    ///
    /// - Parameters:
    ///   - stages: the threads, each of which reports before it ends.
    ///   - stop: stops the queues.
    /// - Returns: the reports, or `nil` if the run was stopped.
    /// - Throws: the error of a thread.
    func finish(_ stages: consuming StageGroup, stop: () -> Void) throws -> [Report]? {
        let isStopped = watch(stop: stop)
        try stages.join()
        if isStopped { return nil }
        let all = reports.withLock { $0 }
        // With one report fewer than there are threads, a verdict would be missed.
        precondition(all.count == size, "a team of \(size) threads got \(all.count) reports")
        return all
    }

    /// Waits for as many reports as there are threads; returns whether the queues had to be stopped.
    private func watch(stop: () -> Void) -> Bool {
        var received = 0
        if case .nanoseconds(let nanoseconds) = length {
            while arrived.load(ordering: .acquiring) < size { usleep(100) }
            if ended.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) == .success { received += 1 }
            over.store(true, ordering: .relaxed)
        }
        var seen = beats
        var since = ContinuousClock.now
        var stalled = false
        while received < size {
            if ended.wait(timeout: .now() + .seconds(1)) == .success {
                received += 1
            } else if beats != seen {
                seen = beats
                since = .now
            } else if !stalled && since.duration(to: .now) > Self.patience {
                stalled = true
                stop()
            }
        }
        return stalled
    }
}

extension Team {
    /// The sum of the reports; a stalled run if there are none. Each end counts and sums its elements, and the two
    /// sides must agree.
    static func sample(_ received: [Report]?) -> Sample {
        guard let received else { return Sample(outcome: .stalled, elements: 0, nanoseconds: 0) }
        let began = received.map(\.began).min() ?? 0
        let ended = received.map(\.ended).max() ?? 0
        let made = received.filter(\.isProducer)
        let taken = received.filter { !$0.isProducer }
        let count = taken.reduce(0) { $0 + $1.count }
        let sound =
            received.allSatisfy(\.isSound) && count == made.reduce(0) { $0 + $1.count }
            && taken.reduce(0) { $0 &+ $1.sum } == made.reduce(0) { $0 &+ $1.sum }
        return Sample(
            outcome: sound ? .ok : .failed, elements: count, nanoseconds: ended - began,
            latencies: Histogram(merging: received.compactMap(\.latencies)))
    }
}

/// A consumer's sign of life. Each has its own, so that a report costs one store.
final class Pulse: Sendable {
    private let told = Atomic(0)

    var beats: Int { told.load(ordering: .relaxed) }

    /// Reports how many elements have come by now, after a burst.
    @inline(__always)
    func beat(total count: Int) { told.store(count, ordering: .relaxed) }

    /// Reports how many elements have come by now. Not at each element, but often enough for a slow queue.
    @inline(__always)
    func beat(_ count: Int) {
        if count & 63 == 0 { told.store(count, ordering: .relaxed) }
    }
}

/// A loop around calls that do not wait: pauses, and yields now and then.
struct TryLoop {
    private var failures = 0

    @inline(__always)
    mutating func failed() {
        failures &+= 1
        if failures & 127 == 0 { sched_yield() } else { Platform.pause() }
    }
}
