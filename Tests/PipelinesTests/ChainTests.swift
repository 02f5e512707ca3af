import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

private struct Broken: Error {}

/// One pipeline begins where another ends.
@Suite struct ChainTests {
    /// A stream that was cut short never looks finished, however the threads of the first pipeline race.
    @Test(arguments: [false, true]) func theEndIsNotMistakenForAStop(fails: Bool) throws {
        let dog = Watchdog("theEndIsNotMistakenForAStop")
        for round in 0..<100 {
            dog.watch.at("round \(round)")
            var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            let first = Pipeline("first")
            let flow = first.source("wait", of: Int.self) { emit in
                try emit(1)
                while !emit.isStopped { sched_yield() }
            }
            .map("same") { (i: Int) in i }
            // Queues that are stopped one by one, while the stage before the last one may already end.
            for _ in 0..<4 {
                first.source("idle", of: Int.self) { emit in while !emit.isStopped { sched_yield() } }
                    .sink("nothing") { (_: Int) in }
            }
            flow.into(between.takeProducer())
            let second = Pipeline("second")
            second.source("from first", from: between.takeConsumer())
                .sink("stop") { (_: Int) in if fails { first.fail(Broken()) } else { first.cancel() } }
            var threads = Threads()
            threads.start { _ = try? first.run() }
            do {
                let report = try second.run()
                #expect(!fails && report.outcome == .cancelled)
            } catch let failure as PipelineFailure {
                #expect(fails && failure.error is Broken)
            }
            threads.join()
        }
        dog.stop()
    }

    /// A branch ends in a queue that fails, while the other branch still takes: that is a failure. It is not a failure
    /// if the queue is only no longer wanted.
    @Test(arguments: [false, true]) func aFailureGoesBackFromABranch(fails: Bool) throws {
        let dog = Watchdog("aFailureGoesBackFromABranch")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        if fails { queue.control.fail(Broken()) } else { queue.control.cancel() }
        let seen = Counter()
        let producer = Exchange<Producer<Int, SPSC>>()
        producer.leave(queue.takeProducer())
        let pipeline = Pipeline("branches")
        pipeline.source("count", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
            .broadcast({ $0.into(producer.take()!) }, { $0.sink("all") { (_: Int) in seen.add() } })
        if fails {
            let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
            #expect(failure?.error is Broken && failure?.stage == "count" && failure?.report.brokenLaw == nil)
        } else {
            #expect(try pipeline.run().outcome == .finished)
            #expect(seen.value == 100)
        }
        dog.stop()
    }

    /// A stop reaches the queues one after the other. A worker that ends in the meantime, at work or before it began,
    /// stops its own queues before it gives them up.
    @Test(arguments: [false, true]) func workerEndingWithinAStopStopsItsQueuesFirst(isAtWork: Bool) throws {
        let dog = Watchdog("workerEndingWithinAStopStopsItsQueuesFirst")
        let (hooks, began, stopping, goesOn) = (Hooks(), Level(), Level(), Level())
        var first = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let open = first.takeProducer()
        var consumer = between.takeConsumer()
        let pipeline = Pipeline("stopped")
        pipeline.source("idle", from: first.takeConsumer()).sink("nothing") { (_: Int) in }
        pipeline.source("look", of: Int.self) { emit in
            began.rise()
            while !emit.isStopped { sched_yield() }
        }.into(between.takeProducer())
        hooks.once(.close) {
            stopping.rise()
            goesOn.wait()
        }
        var threads = Threads()
        threads.start {
            if isAtWork { began.wait() }
            pipeline.cancel()
        }
        threads.start {
            if !isAtWork { stopping.wait() }
            _ = try? pipeline.run()
        }
        let end = consumer.dequeue()
        let isCancelled = if case .cancelled = consumer.poison { true } else { false }
        #expect(end == nil && isCancelled)
        goesOn.rise()
        threads.join()
        #expect(pipeline.snapshot().outcome == .cancelled)
        _ = consume open
        dog.stop()
    }

    /// The only consumer of a given queue has gone, and the queue is not closed yet: elements still enter, and no stage of the
    /// pipeline takes them.
    @Test func lawsDoNotCountAQueueWhoseConsumerHasLeft() throws {
        let dog = Watchdog("lawsDoNotCountAQueueWhoseConsumerHasLeft")
        let hooks = Hooks()
        var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 4)
        let consumer = queue.takeConsumer()
        let pipeline = Pipeline("leaving")
        pipeline.source("one", of: Int.self) { emit in try emit(1) }.into(queue.takeProducer())
        let outcome = Exchange<PipelineReport.Outcome>()
        hooks.once(.close) { if let report = try? pipeline.run() { outcome.leave(report.outcome) } }
        _ = consume consumer
        #expect(outcome.take() == .finished)
        dog.stop()
    }

    /// The other way round: the error of the second pipeline becomes the error of the first.
    @Test func aFailureGoesBack() throws {
        let dog = Watchdog("aFailureGoesBack")
        for round in 0..<300 {
            dog.watch.at("round \(round)")
            var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            let first = Pipeline("first")
            first.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }.into(between.takeProducer())
            let second = Pipeline("second")
            second.source("from first", from: between.takeConsumer())
                .sink("break") { (i: Int) in if i == round { throw Broken() } }
            var threads = Threads()
            threads.start { #expect(throws: PipelineFailure.self) { try second.run() } }
            let failure = #expect(throws: PipelineFailure.self) { try first.run() }
            #expect(failure?.error is Broken)
            threads.join()
        }
        dog.stop()
    }

    /// Elements that other code put in before are not lost, whether it has gone or not.
    @Test(arguments: [false, true]) func theFirstEndsBeforeTheSecondStarts(byHand: Bool) throws {
        let dog = Watchdog("theFirstEndsBeforeTheSecondStarts")
        var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 16)
        let (first, second, sum) = (Pipeline("first"), Pipeline("second"), Counter())
        var producer = between.takeProducer()
        if byHand {
            for i in 0..<10 { #expect(producer.enqueue(i) == .enqueued) }
            second.add(ProducerStage("none", into: producer) { _ in })
            second.add(ConsumerStage("add", from: between.takeConsumer()) { (i: Int) in sum.add(i) })
        } else {
            first.source("count", of: Int.self) { emit in for i in 0..<10 { try emit(i) } }.into(producer)
            try first.run()
            second.source("from first", from: between.takeConsumer()).sink("add") { (i: Int) in sum.add(i) }
        }
        let report = try second.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil && sum.value == 45)
        dog.stop()
    }

    /// A pipeline that cannot start leaves no thread waiting.
    @Test func aPipelineThatCannotStartFailsItsStreams() throws {
        var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var dead = try Queue.make(of: DeadLetter<Int>.self, kind: SPSC.self, capacity: 4)
        let pipeline = Pipeline("impossible", capacity: 0)
        pipeline.source("count", of: Int.self) { _ in }
            .map("same", onError: .deadLetter(dead.takeProducer())) { (i: Int) in i }
            .into(between.takeProducer())
        #expect(throws: QueueError.invalidCapacity(0)) { try pipeline.run() }
        guard case .failed(let error) = between.control.poison else {
            Issue.record("the next pipeline would wait, or take it for the end")
            return
        }
        #expect(error as? QueueError == .invalidCapacity(0))
        #expect(dead.control.isClosed)
        withExtendedLifetime(pipeline) {}
    }
}
