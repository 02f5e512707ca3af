import CPeers
import Dispatch
import Foundation
import Synchronization

/// The threads or tasks of one run: their starting line, the sign to stop, and the place for their reports.
final class Crew: Sendable {
    private struct Report: Sendable {
        var began: Stamp
        var ended: Stamp
        var part: Part
    }

    private let size: Int
    private let pins: Bool
    private let arrived = Atomic(0)
    private let over = Atomic(false)
    private let reports = Mutex<[Report]>([])
    private let ended = DispatchSemaphore(value: 0)

    init(size: Int, pins: Bool = false) {
        self.size = size
        self.pins = pins
    }

    /// Whether producers stop.
    @inline(__always)
    var isOver: Bool { over.load(ordering: .relaxed) }

    private var isComplete: Bool { arrived.load(ordering: .acquiring) == size }

    /// Starts a thread.
    func thread(_ ordinal: Int, _ body: @escaping @Sendable () -> Part) {
        Thread.detachNewThread { [self] in
            if pins { peers_pin(Int32(ordinal)) }
            arrived.add(1, ordering: .acquiringAndReleasing)
            while !isComplete { sched_yield() }
            let began = Stamp.now
            report(body(), since: began)
        }
    }

    /// Starts a task.
    func task(_ body: @escaping @Sendable () async -> Part) {
        Task.detached { [self] in
            arrived.add(1, ordering: .acquiringAndReleasing)
            while !isComplete { await Task.yield() }
            let began = Stamp.now
            report(await body(), since: began)
        }
    }

    private func report(_ part: Part, since began: Stamp) {
        let report = Report(began: began, ended: .now, part: part)
        reports.withLock { $0.append(report) }
        ended.signal()
    }

    /// Waits until all have arrived.
    func gather() { while !isComplete { usleep(100) } }

    /// Lets them work for the given time.
    func run(milliseconds: Int) {
        gather()
        Clock.sleep(milliseconds: milliseconds)
        over.store(true, ordering: .relaxed)
    }

    /// Waits for all reports.
    ///
    /// - Parameter made: the elements made outside the crew.
    /// - Returns: the total of all of them.
    func result(made: Tally = Tally()) -> Result {
        for _ in 0..<size { ended.wait() }
        let reports = reports.withLock { $0 }
        let made = reports.reduce(made) { $0 + $1.part.made }
        let taken = reports.reduce(Tally()) { $0 + $1.part.taken }
        let first = reports.map { $0.part.began ?? $0.began }.min { $0.wall < $1.wall }!
        let last = reports.map(\.ended).max { $0.wall < $1.wall }!
        return Result(
            isSound: reports.allSatisfy(\.part.isSound), made: made, taken: taken,
            nanoseconds: last.wall - first.wall, cpuNanoseconds: last.cpu - first.cpu,
            samples: reports.flatMap { $0.part.samples.times }.sorted())
    }
}
