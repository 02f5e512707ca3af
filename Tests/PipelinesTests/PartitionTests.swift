import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Elements with the same key go to the same worker, whatever stands between.
@Suite struct PartitionTests {
    /// All elements go to one worker; the others wait for the end.
    @Test func orderBehindAPartition() throws {
        let dog = Watchdog("orderBehindAPartition")
        let next = Counter()
        let report = try Pipeline("lanes", capacity: 2)
            .source("count", of: Int.self) { emit in for i in 0..<300 { try emit(i) } }
            .partition { _ in 7 }
            .map("pass", workers: 3, order: .preserve) { (i: Int) in i }
            .sink("check") { (i: Int) in #expect(i == next.add() - 1) }
            .run()
        #expect(report.outcome == .finished && next.value == 300)
        dog.stop()
    }

    /// Many keys on all workers: each key keeps its order.
    @Test func keysKeepTheirOrderBehindAPreservedStage() throws {
        let dog = Watchdog("keysKeepTheirOrderBehindAPreservedStage")
        let last = Synchronization.Mutex<[Int: Int]>([:])
        let report = try Pipeline("lanes", capacity: 2)
            .source("count", of: Int.self) { emit in for i in 0..<2000 { try emit(i) } }
            .partition { $0 % 13 }
            .map("pass", workers: 3, order: .preserve(window: 2)) { (i: Int) in i }
            .sink("check") { (i: Int) in
                last.withLock { last in
                    #expect(last[i % 13, default: -1] < i)
                    last[i % 13] = i
                }
            }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil && report.stages[2].taken == 2000)
        dog.stop()
    }
}
