import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Elements with the same key go to the same worker, whatever is in between.
@Suite struct PartitionTests {
    /// All elements go to one worker; the others wait for the end.
    @Test func orderAfterAPartition() throws {
        let dog = Watchdog("orderAfterAPartition")
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
    @Test func keysKeepTheirOrderAfterAPreservedStage() throws {
        let dog = Watchdog("keysKeepTheirOrderAfterAPreservedStage")
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

    @Test func eachBranchIsPartitioned() throws {
        let dog = Watchdog("eachBranchIsPartitioned")
        let seen = Synchronization.Mutex<[[Int]]>([])
        let report = try Pipeline("branches", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0..<500 { try emit(i) } }
            .partition { $0 % 17 }
            .broadcast(
                {
                    $0.sink(
                        "keys", workers: 3, state: { [Int]() }, end: { keys in seen.withLock { $0.append(keys) } },
                        body: { keys, i in if !keys.contains(i % 17) { keys.append(i % 17) } })
                }, { $0.sink("all") { (_: Int) in } }
            )
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(seen.withLock { $0.flatMap { $0 }.sorted() } == Array(0..<17))
        dog.stop()
    }

    @Test func partitionedFlowIsNotMerged() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let pipeline = Pipeline("merged")
            let one = pipeline.source("one", of: Int.self) { _ in }
            let two = pipeline.source("two", of: Int.self) { _ in }
            one.partition { $0 }.merge(two).sink("none", workers: 2) { (_: Int) in }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("merge first, then partition"))
    }
}
