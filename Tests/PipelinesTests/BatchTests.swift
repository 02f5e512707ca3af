import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

@Suite struct BatchTests {
    /// The batch's time passes even if each look at the queue finds elements.
    @Test func timeCompletesABatchOfAStreamWithoutPause() throws {
        let dog = Watchdog("timeCompletesABatchOfAStreamWithoutPause")
        let pipeline = Pipeline("busy", capacity: 1)
        pipeline
            .source("count", of: Int.self) { emit in for i in 0..<5000 { try emit(i) } }
            .batch("gather", max: .max, within: .nanoseconds(1), options: StageOptions(capacity: 1000))
            .sink("note") { (batch: [Int]) in
                #expect(batch.count < 1000)
                guard batch[0] == 0 else { return }
                while !pipeline.explain().contains("count waiting to enqueue to gather (full 1000/1000)") {
                    sched_yield()
                }
            }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        dog.stop()
    }

    /// A bound of one on the elements in flight, and batches that find no room in the next queue.
    @Test func undeliveredBatchMakesRoom() throws {
        let dog = Watchdog("undeliveredBatchMakesRoom")
        let back = Counter()
        let report = try Pipeline("refused", inFlight: 1)
            .source("count", of: Int.self) { emit in for i in 0..<5000 { try emit(i) } }
            .batch("gather", max: 1)
            .sink(
                "note", options: StageOptions(capacity: 1, whenFull: .refuse), undelivered: { _ in back.add() }
            ) { (_: [Int]) in }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[2].taken + back.value == 5000)
        dog.stop()
    }

    /// The stage is stopped between its call to the queue and its check for a stop.
    @Test func takenElementsAreUndelivered() throws {
        let dog = Watchdog("takenElementsAreUndelivered")
        let (hooks, back) = (Hooks(), Counter())
        let pipeline = Pipeline("stopped")
        hooks.once(.dequeueMany) { pipeline.cancel() }
        pipeline
            .source("one", of: Int.self, over: SameKind<Hooked<MPMC>>.self) { emit in try emit(7) }
            .batch("gather", max: 10, undelivered: { i in back.add(i) })
            .sink("note") { (_: [Int]) in }
        let report = try Hooks.$current.withValue(hooks) { try pipeline.run() }
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        #expect(back.value == 7 && report.stages[1].taken == 0)
        dog.stop()
    }

    /// Elements that were gathered when everything stops are undelivered, each once.
    @Test func gatheredElementsAreUndelivered() throws {
        let dog = Watchdog("gatheredElementsAreUndelivered")
        let back = Counter()
        let pipeline = Pipeline("stopped", capacity: 4, inFlight: 200)
        pipeline
            .source("count", of: Int.self) { emit in
                for i in 0..<100 { try emit(i) }
                pipeline.cancel()
            }
            .batch("gather", max: 1000, undelivered: { _ in back.add() })
            .sink("note") { (_: [Int]) in }
        let report = try pipeline.run()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        #expect(back.value == 100 && report.stages[1].taken == 0)
        dog.stop()
    }

    /// The batch goes into a queue that others cancel or fail: the stage ends early, or fails with that error.
    @Test(arguments: [false, true]) func aBatchThatIsRefusedEndsItsStage(fails: Bool) throws {
        let dog = Watchdog("aBatchThatIsRefusedEndsItsStage")
        var queue = try Queue.make(of: [Int].self, kind: SPSC.self, capacity: 1)
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in
            _ = consumer.dequeue()
            if fails { consumer.control.fail(Fault(at: 5)) }
        }
        let pipeline = Pipeline("refused", capacity: 4)
        pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .batch("gather", max: 3)
            .into(queue.takeProducer())
        let result = Result { try pipeline.run() }
        threads.join()
        if fails {
            let failure = #expect(throws: PipelineFailure.self) { try result.get() }
            #expect(failure?.error as? Fault == Fault(at: 5) && failure?.stage == "gather")
        } else {
            #expect(try result.get().outcome == .endedEarly(stage: "gather"))
        }
        #expect(pipeline.snapshot().brokenLaw == nil)
        dog.stop()
    }
}
