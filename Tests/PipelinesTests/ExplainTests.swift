import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Waits, without ordering anything, until an action of another thread is visible.
private func until(_ condition: () -> Bool) { while !condition() { sched_yield() } }

@Suite struct ExplainTests {
    @Test func explainShowsWhichStageWaitsForWhich() throws {
        let dog = Watchdog("explainShowsWhichStageWaitsForWhich")
        let gate = Meeting(2)
        let pipeline = Pipeline("stuck", capacity: 8)
        pipeline
            .source("read", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
            .map("resize", workers: 3) { (i: Int) in i }
            .sink("store", options: StageOptions(capacity: 4)) { (i: Int) in if i == 0 { gate.meet() } }
        #expect(pipeline.explain() == "stuck was not started")
        var threads = Threads()
        threads.start { [pipeline] in
            // The first element is not the first that arrives; but it does, and then all of them wait.
            let resize = "resize ×3 waiting to enqueue to store (full 4/4) since "
            let store = "store waiting in its body since "
            let read = "read waiting to enqueue to resize (full 8/8) since "
            until {
                let text = pipeline.explain()
                return text.contains(resize) && text.contains(store) && text.contains(read)
            }
            let report = pipeline.snapshot()
            #expect(report.outcome == .running)
            #expect(report.edges.map(\.highWater) == [8, 4])
            gate.meet()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(pipeline.explain() == "read ended; resize ×3 ended; store ended")
        #expect(report.edges.allSatisfy { $0.blockedOnFull > .zero })
        #expect(report.edges.allSatisfy { 1...$0.dequeued ~= $0.batches })
        dog.stop()
    }

    /// Workers that keep an order take one after the other; all of them wait for elements.
    @Test func workersInOrderWaitForElements() throws {
        let dog = Watchdog("workersInOrderWaitForElements")
        let gate = Meeting(2)
        let pipeline = Pipeline("ordered", capacity: 8)
        pipeline
            .source("read", of: Int.self) { _ in gate.meet() }
            .map("resize", workers: 3, order: .preserve) { (i: Int) in i }
            .sink("store") { (_: Int) in }
        var threads = Threads()
        threads.start { [pipeline] in
            until { pipeline.explain().contains("resize ×3 waiting to dequeue from read (empty 0/8) since ") }
            gate.meet()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.edges[0].blockedOnEmpty > .zero)
        dog.stop()
    }

    /// While elements are on their way the laws do not hold, and the text says where.
    @Test func theLawsOfAMomentAreBroken() throws {
        let dog = Watchdog("theLawsOfAMomentAreBroken")
        let (taken, given, released) = (Level(), Level(), Level())
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let consumer = Exchange<Consumer<Int, SPSC>>()
        consumer.leave(queue.takeConsumer())
        let (held, full) = (Pipeline("held"), Pipeline("full"))
        held.source("give", of: Int.self) { emit in
            try emit(0)
            given.wait()
            try emit(1)
        }
        .sink("hold") { (_: Int) in
            taken.rise()
            released.wait()
        }
        full.source("give", of: Int.self) { emit in for i in 0... { try emit(i) } }.into(queue.takeProducer())
        var threads = Threads()
        for pipeline in [held, full] { threads.start { _ = try? pipeline.run() } }
        taken.wait()
        until { held.snapshot().edges[0].enqueued == 1 }
        #expect(held.snapshot().brokenLaw?.hasPrefix("hold: 1 taken, but 0 completed") == true)
        given.rise()
        until { held.snapshot().edges[0].enqueued == 2 }
        #expect(held.snapshot().brokenLaw?.hasPrefix("give → hold: 2 enqueued and 0 refused, but 1 dequeued") == true)
        until { full.explain().contains("give waiting to enqueue") }
        #expect(full.snapshot().brokenLaw?.hasPrefix("give: 2 emitted, but 1 enqueued downstream") == true)
        released.rise()
        _ = consumer.take()
        threads.join()
        #expect(held.snapshot().brokenLaw == nil && full.snapshot().brokenLaw == nil)
        dog.stop()
    }

    @Test func quietPipelineIsReported() throws {
        let dog = Watchdog("quietPipelineIsReported")
        let told = Synchronization.Mutex<[String]>([])
        let gate = Meeting(2)
        let pipeline = Pipeline("quiet")
        pipeline
            .source("read", of: Int.self) { emit in
                try emit(1)
                gate.meet()
            }
            .sink("store") { (_: Int) in }
        pipeline.onQuiet(.milliseconds(20)) { text in
            told.withLock { $0.append(text) }
            gate.meet()
        }
        let report = try pipeline.run()
        #expect(report.outcome == .finished)
        let text = told.withLock { $0 }
        #expect(text.count == 1)
        #expect(text[0].hasPrefix("read waiting in its body since "))
        #expect(text[0].contains("; store waiting to dequeue from read (empty 0/1024) since "))
        dog.stop()
    }

    @Test func elementsInFlightAreBounded() throws {
        let dog = Watchdog("elementsInFlightAreBounded")
        let (held, released) = (Level(), Level())
        let pipeline = Pipeline("bounded", inFlight: 5)
        pipeline
            .source("read", of: Int.self) { emit in for i in 0..<1000 { try emit(i) } }
            .map("pass", workers: 3) { (i: Int) in i }
            .sink("store") { (i: Int) in
                guard i == 500 else { return }
                held.rise()
                released.wait()
            }
        var threads = Threads()
        threads.start { [pipeline] in
            // While a body holds an element none leaves: a source that then waits with all five in flight keeps waiting.
            held.wait()
            func inFlight() -> Int {
                let report = pipeline.snapshot()
                return report.edges[0].enqueued - report.stages[2].completed
            }
            until {
                let text = pipeline.explain()
                return inFlight() >= 5 && text.contains("read waiting for elements in flight to leave")
                    && text.contains("store waiting in its body") && text.contains("pass ×3 waiting to dequeue")
            }
            #expect(inFlight() == 5)
            released.rise()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        dog.stop()
    }

    /// Several sources share a bound; stages that make fewer or more elements than they take, or gather, release room.
    @Test(arguments: [1, 5]) func aBoundHoldsNothingUp(bound: Int) throws {
        let dog = Watchdog("aBoundHoldsNothingUp")
        let pipeline = Pipeline("bounded", inFlight: bound)
        func source(_ n: Int) -> Flow<Int, SingleWorker, RingKinds> {
            pipeline.source("read-\(n)", of: Int.self) { emit in for i in 0..<2000 { try emit(i) } }
        }
        let report = try source(0).merge(source(1)).merge(source(2))
            .map("pass", workers: 3, order: .preserve) { (i: Int) in i }
            .flatMap("half", of: Int.self) { (i, emit) in if i % 2 == 0 { try emit(i) } }
            .batch("gather", max: 100)
            .sink("store") { (_: [Int]) in }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages.last?.taken == 30)
        dog.stop()
    }

    /// One of two that end early has to wake a source that waits for elements to leave.
    @Test func aBoundDoesNotHoldUpAnEnd() throws {
        let dog = Watchdog("aBoundDoesNotHoldUpAnEnd")
        for limit in [1, 2, 10] {
            let report = try Pipeline("bounded", inFlight: limit)
                .source("read", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .map("pass", workers: 2) { (i: Int) in i }
                .sink("store") { (i: Int) in if i == 50 { throw EndOfStage() } }
                .run()
            #expect(report.outcome == .endedEarly(stage: "store") && report.brokenLaw == nil)
            #expect(report.edges.allSatisfy { $0.highWater <= limit })
        }
        dog.stop()
    }

    /// A worker that takes one element sees how many are left.
    @Test func aLoneWorkerSeesHowFullItsQueueWas() throws {
        let dog = Watchdog("aLoneWorkerSeesHowFullItsQueueWas")
        let (isIn, isThere) = (Level(), Level())
        let pipeline = Pipeline("filling", capacity: 1000)
        pipeline
            .source("give", of: Int.self) { emit in
                try emit(0)
                isIn.wait()
                for i in 1..<200 { try emit(i) }
                isThere.rise()
            }
            .sink("take") { (i: Int) in
                guard i == 0 else { return }
                isIn.rise()
                isThere.wait()
            }
        #expect(try pipeline.run().edges[0].highWater == 199)
        dog.stop()
    }

    /// The producer sees that the queue is full, even if no worker takes from it any more.
    @Test func aQueueThatNobodyTakesFromWasFull() throws {
        let dog = Watchdog("aQueueThatNobodyTakesFromWasFull")
        let isIn = Level()
        let pipeline = Pipeline("stopped", capacity: 4)
        pipeline
            .source("give", of: Int.self) { emit in
                try emit(0)
                isIn.wait()
                for i in 1... { try emit(i) }
            }
            .sink("take") { (_: Int) in
                isIn.rise()
                while !pipeline.explain().contains("give waiting to enqueue to take (full 4/4)") { sched_yield() }
                pipeline.cancel()
            }
        #expect(try pipeline.run().edges[0].highWater == 4)
        dog.stop()
    }
}
