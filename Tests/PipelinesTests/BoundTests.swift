import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// The elements that a bound on the elements in flight counts if queues were made elsewhere.
@Suite struct BoundTests {
    /// A source that takes from a stage of the same pipeline enters nothing: those elements were counted before.
    @Test(arguments: [1, 3]) func aSourceWithinThePipelineHoldsNothingUp(bound: Int) throws {
        let dog = Watchdog("aSourceWithinThePipelineHoldsNothingUp")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
        let pipeline = Pipeline("inside", inFlight: bound)
        pipeline.add(
            ProducerStage("make", into: queue.takeProducer()) { emit in for i in 0..<100 { try emit(i) } })
        pipeline.source("pass", from: queue.takeConsumer()).sink("store") { (_: Int) in }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.stages.last?.taken == 100)
        #expect(report.edges.allSatisfy { $0.highWater <= bound })
        dog.stop()
    }

    /// Elements that other code put in were never counted, so they make no room when they leave.
    @Test func elementOfOthersMakesNoRoom() throws {
        let dog = Watchdog("elementOfOthersMakesNoRoom")
        var letters = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1000)
        var others = letters.takeProducer()
        for i in 0..<1000 { try others.enqueueOrThrow(i) }
        let isRead = Level()
        let pipeline = Pipeline("mixed", inFlight: 5)
        pipeline
            .source("read", of: Int.self) { emit in
                isRead.wait()
                for i in 0..<100 { try emit(i) }
            }
            .sink("store") { (i: Int) in if i == 99 { pipeline.cancel() } }
        pipeline.add(
            ConsumerStage("others", from: letters.takeConsumer()) { (i: Int) in if i == 999 { isRead.rise() } })
        let report = try pipeline.run()
        #expect(report.outcome == .cancelled && report.edges[0].highWater <= 5)
        others.finish()
        dog.stop()
    }

    /// A body may wait for an action of the source after earlier elements of the same batch have left.
    @Test func eachElementThatLeavesMakesRoom() throws {
        let dog = Watchdog("eachElementThatLeavesMakesRoom")
        let made = Level()
        let pipeline = Pipeline("rendezvous", inFlight: 64)
        let sourceWaits: @Sendable () -> Void = {
            while !pipeline.explain().contains("read waiting for elements in flight to leave") { sched_yield() }
        }
        pipeline
            .source("read", of: Int.self) { emit in
                for i in 0..<2000 {
                    try emit(i)
                    made.rise()
                }
            }
            .sink("store") { (i: Int) in
                switch i % 500 {
                // The queue is full: from here on the worker takes two, four, eight, sixteen.
                case 100: sourceWaits()
                case 120: sourceWaits()
                case 121: made.wait(for: i + 64)
                default: break
                }
            }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.stages[1].completed == 2000)
        dog.stop()
    }

    /// One of several sources emits an element that finds no room: another source may enter, although no element
    /// leaves.
    @Test func elementWithoutRoomMakesRoom() throws {
        let dog = Watchdog("elementWithoutRoomMakesRoom")
        let (held, refused, entered) = (Level(), Level(), Level())
        let pipeline = Pipeline("refused", inFlight: 3)
        let first = pipeline.source("first", of: Int.self) { emit in
            try emit(0)
            held.wait()
            try emit(1)
            try emit(2)
            // Its end would wake the other source, too.
            entered.wait()
        }
        let second = pipeline.source("second", of: Int.self) { emit in
            refused.wait()
            try emit(3)
            entered.rise()
        }
        let sink = first.merge(second).sink(
            "hold", options: StageOptions(capacity: 1, whenFull: .refuse),
            undelivered: { i in
                guard i == 2 else { return }
                refused.rise()
                while !pipeline.explain().contains("second waiting for elements in flight to leave") { sched_yield() }
            }
        ) { (i: Int) in
            guard i == 0 else { return }
            held.rise()
            entered.wait()
        }
        let report = try sink.run()
        #expect(report.outcome == .finished && report.edges[0].refused == 2 && report.stages[2].completed == 2)
        dog.stop()
    }

    /// An element that waits for its turn is in no queue and in no body, and still in flight.
    @Test func anElementThatWaitsForItsTurnCounts() throws {
        let dog = Watchdog("anElementThatWaitsForItsTurnCounts")
        let (released, entered) = (Level(), Counter())
        let pipeline = Pipeline("ordered", inFlight: 2)
        pipeline
            .source("read", of: Int.self) { emit in
                try emit(0)
                try emit(1)
                // One is in its body, the one after it is done.
                while pipeline.snapshot().stages[1].completed == 0 { sched_yield() }
                try emit(2)
                entered.add()
            }
            .map("pass", workers: 2, order: .preserve) { (i: Int) in
                if i == 0 { released.wait() }
                return i
            }
            .sink("store") { (_: Int) in }
        var threads = Threads()
        threads.start {
            while !pipeline.explain().contains("read waiting for elements in flight to leave") && entered.value == 0 {
                sched_yield()
            }
            #expect(entered.value == 0 && pipeline.snapshot().edges[0].enqueued == 2)
            released.rise()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.stages[2].completed == 3)
        dog.stop()
    }

    /// A source that waits until an element leaves is stopped while none leaves.
    @Test func cancelReleasesASourceAtTheBound() throws {
        let dog = Watchdog("cancelReleasesASourceAtTheBound")
        let isIn = Level()
        let released = Level()
        let pipeline = Pipeline("cancelled", inFlight: 1)
        pipeline
            .source("B1 read", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("B1 store") { (_: Int) in
                isIn.rise()
                released.wait()
            }
        var threads = Threads()
        threads.start {
            isIn.wait()
            while !pipeline.explain().contains("B1 read waiting for elements in flight to leave") { sched_yield() }
            pipeline.cancel()
            while TestSupport.threads(named: "B1 read") > 0 { sched_yield() }
            released.rise()
        }
        #expect(try pipeline.run().outcome == .cancelled)
        threads.join()
        dog.stop()
    }

    /// An element that goes to two branches counts twice.
    @Test func aBroadcastCountsForEachBranch() throws {
        let dog = Watchdog("aBroadcastCountsForEachBranch")
        let released = Level()
        let pipeline = Pipeline("branches", inFlight: 4)
        pipeline.source("read", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
            .broadcast(
                { $0.sink("one") { (_: Int) in released.wait() } }, { $0.sink("other") { (_: Int) in released.wait() } }
            )
        var threads = Threads()
        threads.start {
            while !pipeline.explain().contains("read waiting for elements in flight to leave") { sched_yield() }
            #expect(pipeline.snapshot().edges.reduce(0) { $0 + $1.enqueued } == 4)
            released.rise()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        dog.stop()
    }
}
