import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// The elements that a stage that preserves the order forgets when a body fails and gets its element again.
@Suite(.watched) struct OrderErrorTests {
    /// Elements that a failed attempt emitted to two branches are taken back twice.
    @Test func aRetryForgetsForEachBranch() throws {
        let tries = (0..<20).map { _ in Counter() }
        let report = try OrderTests.count(Pipeline("again", capacity: 4), to: 20)
            .flatMap("wide", of: Int.self, workers: 3, order: .preserve, onError: .retry(1)) { n, emit in
                try emit(n)
                if tries[n].add() == 1 { throw Fault(at: n) }
            }
            .broadcast({ $0.sink("one") { (_: Int) in } }, { $0.sink("other") { (_: Int) in } })
            .run()
        #expect(report.outcome == .finished && report.stages[1].emitted == 40 && report.brokenLaw == nil)
    }

    /// Everything that fits in an outbox is forgotten, at the turn as well; more has been passed on.
    @Test(arguments: [1, 3], [1, 64, 65]) func aRetryForgetsWhatAnOutboxHolds(workers: Int, each: Int) throws {
        let tries = (0..<20).map { _ in Counter() }
        let got = Synchronization.Mutex<[Int]>([])
        let report = try OrderTests.count(Pipeline("again", capacity: 4), to: 20)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve, onError: .retry(1)) { n, emit in
                let isFirst = tries[n].add() == 1
                for _ in 0..<each { try emit(isFirst ? -n : n) }
                if isFirst { throw Fault(at: n) }
            }
            .sink("take") { (n: Int) in got.withLock { $0.append(n) } }
            .run()
        let failed = each <= OrderTests.bound ? 0 : each
        let expected = (0..<20).flatMap { n in
            Array(repeating: -n, count: failed) + Array(repeating: n, count: each)
        }
        #expect(got.withLock { $0 } == expected)
        #expect(report.outcome == .finished && report.stages[1].retried == 20 && report.brokenLaw == nil)
    }

    /// Nothing of an element that goes to the dead letters is passed on.
    @Test func aDeadLetterForgetsWhatAnOutboxHolds() throws {
        var queue = try Queue.make(of: DeadLetter<Int>.self, kind: MPSC.self, capacity: 100)
        let letters = queue.takeConsumer()
        let got = Synchronization.Mutex<[Int]>([])
        let report = try OrderTests.count(Pipeline("letters", capacity: 4), to: 50)
            .flatMap(
                "wide", of: Int.self, workers: 3, order: .preserve, onError: .deadLetter(queue.takeProducer())
            ) { n, emit in
                for _ in 0..<OrderTests.bound { try emit(n) }
                if n % 2 == 1 { throw Fault(at: n) }
            }
            .sink("take") { (n: Int) in got.withLock { $0.append(n) } }
            .run()
        #expect(got.withLock { $0 } == (0..<25).flatMap { Array(repeating: 2 * $0, count: OrderTests.bound) })
        #expect(report.stages[1].deadLettered == 25 && report.brokenLaw == nil)
        withExtendedLifetime(letters) {}
    }
}
