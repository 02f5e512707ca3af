import Glibc
import RingQueues
import TestSupport
import Testing

import Pipelines

/// A stage has seen enough: all stages before it end as well, whatever they are doing.
@Suite struct EarlyEndTests {
    @Test(arguments: [StageOrder.unordered, .preserve])
    func aSinkThatHasSeenEnoughReleasesAll(order: StageOrder) throws {
        let dog = Watchdog("aSinkThatHasSeenEnoughReleasesAll")
        let seen = Counter()
        let report = try Pipeline("enough", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .map("same", workers: 2, order: order) { (i: Int) in i }
            .sink("take") { (_: Int) in if seen.add() == 10 { throw EndOfStage() } }
            .run()
        #expect(seen.value == 10)
        #expect(report.outcome == .endedEarly(stage: "take"))
        #expect(report.brokenLaw == nil)
        #expect(report.stages[2].completed == 10)
        dog.stop()
    }

    /// The streams of the siblings end while one of them leaves: none takes that for a cancel from elsewhere.
    @Test func leavingAtTheEndIsNotACancel() throws {
        let dog = Watchdog("leavingAtTheEndIsNotACancel")
        for round in 0..<1000 {
            dog.watch.at("round \(round)")
            let report = try Pipeline("leaves", capacity: 2)
                .source("one", of: Int.self) { emit in try emit(0) }
                .partition { $0 }
                .sink("leave", workers: 3) { (_: Int) in throw EndOfStage() }
                .run()
            #expect(report.outcome == .endedEarly(stage: "leave"))
        }
        dog.stop()
    }

    /// A worker has seen enough: its siblings end as well, although the stream has no end.
    @Test func aWorkerThatHasSeenEnoughReleasesAll() throws {
        let dog = Watchdog("aWorkerThatHasSeenEnoughReleasesAll")
        let report = try Pipeline("enough", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("take", workers: 3) { (i: Int) in if i == 100 { throw EndOfStage() } }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
        dog.stop()
    }

    /// All stages before it wait for elements that may never come, and would learn of the end only at their next emit.
    @Test(arguments: [StageOrder.unordered, .preserve], [1, 3])
    func workerWaitingForAnElementIsReleased(order: StageOrder, workers: Int) throws {
        let dog = Watchdog("workerWaitingForAnElementIsReleased")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var producer = queue.takeProducer()
        #expect(producer.tryEnqueue(7).isEnqueued)
        let report = try Pipeline("enough", capacity: 4)
            .source("in", from: queue.takeConsumer())
            .map("near", workers: workers, order: order) { (i: Int) in i }
            .filter("far") { _ in true }
            .sink("take") { (_: Int) in throw EndOfStage() }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
        guard case .closed(8) = producer.enqueue(8) else { fatalError("no consumer is left to take it") }
        dog.stop()
    }

    /// Between two tries, and with a dead letter for which there is no room: no stage wants the result.
    @Test(arguments: [StageOrder.unordered, .preserve], [false, true])
    func workerWaitingAfterAnErrorIsReleased(order: StageOrder, buries: Bool) throws {
        let dog = Watchdog("workerWaitingAfterAnErrorIsReleased")
        var queue = try Queue.make(of: DeadLetter<Int>.self, kind: MPSC.self, capacity: 1)
        var letters = queue.takeConsumer()
        let buried = OnError.deadLetter(queue.takeProducer())
        let (waiting, tries, back) = (Sleeper(), Counter(), Counter())
        let report = try Pipeline("errors", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0...2 { try emit(i) } }
            .map(
                "try", workers: buries ? 1 : 2, order: order,
                onError: buries ? buried : .retry(1, backoff: .seconds(100_000)),
                undelivered: { back.add($0) }
            ) { (i: Int) throws in
                if i == 0 && buries { throw Fault() }
                if i == 2 && (buries || tries.add() == 1) {
                    waiting.isMe()
                    throw Fault()
                }
                return i
            }
            .sink("take") { (_: Int) in
                waiting.waitUntilAsleep()
                throw EndOfStage()
            }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
        #expect(report.stages[1].retried == (buries ? 0 : 1) && back.value == (buries ? 2 : 0))
        if buries { #expect(letters.dequeue()?.element == 0) }
        dog.stop()
    }

    /// The consumer of the queue that a flow ends in goes, and the stream has no end.
    @Test(arguments: [StageOrder.unordered, .preserve])
    func aQueueThatOthersLeaveEndsAll(order: StageOrder) throws {
        let dog = Watchdog("aQueueThatOthersLeaveEndsAll")
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in _ = consumer.dequeue() }
        let report = try Pipeline("left", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .map("same", workers: 2, order: order) { (i: Int) in i }
            .into(queue.takeProducer())
            .run()
        #expect(report.outcome == .endedEarly(stage: "same") && report.brokenLaw == nil)
        dog.stop()
    }

    /// A branch that has seen enough does not end the others.
    @Test func otherBranchesContinueAfterOneHasSeenEnough() throws {
        let dog = Watchdog("otherBranchesContinueAfterOneHasSeenEnough")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let producer = queue.takeProducer()
        let (seen, left) = (Counter(), Counter())
        let pipeline = Pipeline("branches", capacity: 4)
        pipeline.source("in", from: queue.takeConsumer())
            .map("same") { (i: Int) in i }
            .broadcast(
                { $0.sink("once", undelivered: { _ in }) { (_: Int) in throw EndOfStage() } },
                { $0.sink("all") { (_: Int) in seen.add() } })
        pipeline.onStop { left.add() }
        var threads = Threads()
        threads.start(producer) { producer in
            _ = producer.enqueue(0)
            while left.value == 0 { sched_yield() }
            for i in 1..<100 { _ = producer.enqueue(i) }
        }
        let report = try pipeline.run()
        #expect(seen.value == 100)
        #expect(report.outcome == .endedEarly(stage: "once") && report.brokenLaw == nil)
        dog.stop()
    }

    /// A body that runs on without emitting checks instead, and may end as if it had been refused.
    @Test(arguments: [false, true]) func bodyThatChecksSeesTheStop(isInOrder: Bool) throws {
        let dog = Watchdog("bodyThatChecksSeesTheStop")
        let report = try Pipeline("enough", capacity: 4)
            .source("once", of: Int.self) { emit in
                try emit(1)
                while !emit.isStopped { sched_yield() }
                throw QueueClosed()
            }
            .flatMap("look", workers: 2, order: isInOrder ? .preserve : .unordered) {
                (i: Int, emit: inout Emitter<Int>) in
                try emit(i)
                while !emit.isStopped { sched_yield() }
                throw QueueClosed()
            }
            .sink("take") { (_: Int) in throw EndOfStage() }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
        dog.stop()
    }

    /// The same if other code stops the queue after it.
    @Test func bodyThatChecksSeesTheEndOfItsOutput() throws {
        let dog = Watchdog("bodyThatChecksSeesTheEndOfItsOutput")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let (consumer, taken) = (Exchange<Consumer<Int, SPSC>>(), Counter())
        consumer.leave(queue.takeConsumer())
        let pipeline = Pipeline("unwanted")
        pipeline
            .source("idle", of: Int.self) { emit in
                let isStopped = emit.isStopped
                #expect(!isStopped)
                taken.add()
                while !emit.isStopped { sched_yield() }
            }
            .into(queue.takeProducer())
        var threads = Threads()
        threads.start {
            while taken.value == 0 { sched_yield() }
            _ = consumer.take()
        }
        #expect(try pipeline.run().outcome == .finished)
        dog.stop()
    }

    /// A body that has checked, and throws as if it had been refused, ends its stage early: the outcome names that
    /// stage.
    @Test func aBodyThatLooksEndsItsStage() throws {
        let dog = Watchdog("aBodyThatLooksEndsItsStage")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in _ = consumer.dequeue() }
        let report = try Pipeline("left", capacity: 4)
            .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .flatMap("look", of: Int.self) { i, emit in
                try emit(i)
                while !emit.isStopped { sched_yield() }
                throw QueueClosed()
            }
            .into(queue.takeProducer())
            .run()
        threads.join()
        #expect(report.outcome == .endedEarly(stage: "look") && report.brokenLaw == nil)
        dog.stop()
    }
}
