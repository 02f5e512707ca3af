import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

/// No worker keeps to itself what a sibling could work on.
///
/// A worker takes several elements at once while bodies are quick, but never more than its share of what it saw there: of
/// *n* elements before *w* workers, *n*/2*w*, and one at least. So what the others find is as much again; and of less
/// than 4*w* elements each takes one. Who has waited for an element takes one as well.
@Suite struct ConservationTests {
    /// Ends only if each of the three is in a body of its own.
    @Test(arguments: [StageOrder.unordered, .preserve]) func threeElementsAreThreeWorkers(order: StageOrder) throws {
        let dog = Watchdog("threeElementsAreThreeWorkers")
        let inside = Level()
        let report = try Pipeline("three")
            .source("give", of: Int.self) { emit in for i in 0..<3 { try emit(i) } }
            .map("meet", workers: 3, order: order) { (i: Int) in
                inside.rise()
                inside.wait(for: 3)
                return i
            }
            .sink("take") { (_: Int) in }
            .run()
        #expect(report.outcome == .finished && report.stages[1].completed == 3)
        dog.stop()
    }

    /// The same, each time after quick elements, of which workers take many at once. They all sleep in between: one that
    /// has seen many and not taken its share yet may find less when it does.
    @Test func threeElementsAreThreeWorkersAfterQuickOnes() throws {
        let dog = Watchdog("threeElementsAreThreeWorkersAfterQuickOnes")
        let rounds = 300
        let quick = 200
        let done = Counter()
        let inside = Level()
        let sleepers = (0..<3).map { _ in Sleeper() }
        let started = Counter()
        let report = try Pipeline("three", capacity: 64, waiting: ParkAtOnce.self)
            .source("give", of: Int.self) { emit in
                for round in 1...rounds {
                    for _ in 0..<quick { try emit(0) }
                    while done.value < round * quick { sched_yield() }
                    for sleeper in sleepers { sleeper.waitUntilAsleep() }
                    for _ in 0..<3 { try emit(round) }
                    inside.wait(for: 3 * round)
                }
            }
            .sink("meet", workers: 3, state: { sleepers[started.add() - 1].isMe() }) { _, round in
                if round == 0 { return _ = done.add() }
                inside.rise()
                inside.wait(for: 3 * round)
            }
            .run()
        #expect(report.outcome == .finished && report.stages[1].completed == rounds * (quick + 3))
        dog.stop()
    }

    /// Quick elements, and slow ones right behind them: what is taken when the first slow ones are met was taken by
    /// workers that still thought them quick.
    @Test func aWorkerTakesItsShareAtMost() throws {
        let dog = Watchdog("aWorkerTakesItsShareAtMost")
        let (workers, capacity, quick) = (3, 48, 20_000)
        let share = capacity / (2 * workers)
        let inside = Level()
        let released = Level()
        let pipeline = Pipeline("share", capacity: capacity)
        pipeline
            .source("give", of: Bool.self) { emit in
                for i in 0..<quick + 4 * capacity { try emit(i >= quick) }
            }
            .sink("work", workers: workers) { (isSlow: Bool) in
                if !isSlow { return }
                inside.rise()
                released.wait()
            }
        var threads = Threads()
        threads.start {
            inside.wait(for: workers)
            var report = pipeline.snapshot()
            while report.edges[0].enqueued - report.edges[0].dequeued < capacity {
                sched_yield()
                report = pipeline.snapshot()
            }
            // Beside the one in its body.
            let waiting = report.edges[0].dequeued - report.stages[1].taken
            #expect(waiting <= workers * (share - 1))
            released.rise()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        dog.stop()
    }
}
