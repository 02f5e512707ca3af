import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Every public parameter of a pipeline that is a time, at both ends of the possible times and around zero.
@Suite(.watched) struct TimeEndsTests {
    private static let all = TimeEnds.past + TimeEnds.soon + TimeEnds.future

    @Test(arguments: Kinds.all) func joinableQueueTriesOnceAtAnExpiredDeadline(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try JoinableQueue.make(of: Int.self, kind: K.self, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let joiner = queue.joiner
            for time in TimeEnds.past {
                if case .empty = consumer.dequeue(until: .after(time)) {} else { Issue.record("\(time)") }
                #expect(producer.enqueue(1, until: .after(time)) == .enqueued)
                #expect(producer.enqueue(2, until: .after(time)) == .full(2))
                #expect(try !joiner.join(until: .after(time)))
                consumer.dequeue(until: .after(time)).element()?.taskDone()
                #expect(try joiner.join(until: .after(time)) && joiner.unfinished == 0)
            }
        }
        try check(kind)
    }

    @Test(arguments: TimeEnds.future) func aJoinableQueueWaitsForTheFarFuture(time: Duration) throws {
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var producer = queue.takeProducer()
        let joiner = queue.joiner
        let seen = Counter()
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in
            while let task = consumer.dequeue(until: .after(time)).element() {
                seen.add(task.element)
                task.taskDone()
            }
        }
        threads.waitUntilAsleep()
        for n in 1...3 { #expect(producer.enqueue(n, until: .after(time)) == .enqueued) }
        #expect(try joiner.join(until: .after(time)) && seen.value == 6)
        producer.finish()
        threads.join()
    }

    /// Elements that were in the queue when the time expired are passed on; nothing is lost, and no thread waits for
    /// ever.
    @Test(arguments: all) func aBatchOfAnyTimeHasAllThatCame(time: Duration) throws {
        let got = Mutex<[[Int]]>([])
        let report = try Pipeline("batches", capacity: 4)
            .source("source", of: Int.self) { emit in for n in 0..<9 { try emit(n) } }
            .batch("batch", max: 3, within: time)
            .sink("sink") { (batch: [Int]) in got.withLock { $0.append(batch) } }
            .run()
        let batches = got.withLock { $0 }
        #expect(batches.flatMap { $0 } == Array(0..<9) && report.brokenLaw == nil)
        if TimeEnds.future.contains(time) { #expect(batches.allSatisfy { $0.count == 3 }) }
    }

    /// The source waits for the batch: one of the far future would never come.
    @Test(arguments: TimeEnds.past + TimeEnds.soon) func expiredBatchDoesNotWait(time: Duration) throws {
        let sent = Level()
        try Pipeline("batches", capacity: 4)
            .source("source", of: Int.self) { emit in
                for n in 1...3 {
                    try emit(n)
                    sent.wait(for: n)
                }
            }
            .batch("batch", max: .max, within: time)
            .sink("sink") { (batch: [Int]) in for _ in batch { sent.rise() } }
            .run()
    }

    @Test(arguments: TimeEnds.past + TimeEnds.soon, TimeEnds.past + TimeEnds.soon + TimeEnds.future)
    func aShortBackoffRetries(first: Duration, most: Duration) throws {
        let report = try Self.failing(.retry(3, backoff: first, doublingUpTo: most, then: .skip)).run()
        #expect(report.stages[1].retried == 3 && report.stages[1].skipped == 1)
    }

    @Test(arguments: [1, 2, 100, 1000]) func theLongestBackoffDoublesToTheEnd(retry: Int) {
        let backoff = Backoff(first: .nanoseconds(1), most: TimeEnds.longest)
        #expect(backoff.time(before: retry) == (retry < 60 ? .nanoseconds(retry) : TimeEnds.longest))
        #expect(Backoff(first: TimeEnds.longest, most: TimeEnds.longest).time(before: retry) == TimeEnds.longest)
        #expect(Backoff(first: TimeEnds.shortest, most: TimeEnds.longest).time(before: retry) <= .zero)
        #expect(Backoff(first: TimeEnds.longest, most: TimeEnds.shortest).time(before: retry) <= .zero)
    }

    @Test(arguments: TimeEnds.future) func aLongBackoffWaitsUntilTheEnd(time: Duration) throws {
        for rule: OnError<Int> in [.retry(2, backoff: time), .retry(2, backoff: time, doublingUpTo: TimeEnds.longest)] {
            let tried = Counter()
            let pipeline = Self.failing(rule) { tried.add() }
            pipeline.onQuiet(.milliseconds(1)) { [weak pipeline] text in
                if text.contains("waiting before a retry") { pipeline?.cancel() }
            }
            #expect(try pipeline.run().outcome == .cancelled && tried.value == 1)
        }
    }

    @Test(arguments: TimeEnds.soon) func aShortQuietTimeIsWatched(time: Duration) throws {
        let told = Counter()
        let pipeline = Pipeline("quiet")
        pipeline.onQuiet(time) { _ in if told.add() == 1 { pipeline.cancel() } }
        pipeline.source("source", of: Int.self) { emit in while !emit.isStopped {} }.sink("sink") { (_: Int) in }
        #expect(try pipeline.run().outcome == .cancelled && told.value >= 1)
    }

    @Test(arguments: TimeEnds.future) func aLongQuietTimeEndsWithTheRun(time: Duration) throws {
        let told = Counter()
        let pipeline = Pipeline("quiet")
        pipeline.onQuiet(time) { _ in told.add() }
        pipeline.source("source", of: Int.self) { emit in try emit(1) }.sink("sink") { (_: Int) in }
        #expect(try pipeline.run().outcome == .finished && told.value == 0)
    }

    @Test(arguments: all) func aShutdownOfAnyTimeReturns(time: Duration) throws {
        let (started, goOn) = (Level(), Level())
        let pipeline = Pipeline("shutdown")
        pipeline
            .source("source", of: Int.self) { emit in
                started.rise()
                while !emit.isStopped {}
                goOn.wait(for: 1)
            }
            .sink("sink") { (_: Int) in }
        var threads = Threads()
        threads.start { _ = try? pipeline.run() }
        started.wait(for: 1)
        // In the far future, it waits for the body. In the past, it checks once, and the body is still there.
        let waits = TimeEnds.future.contains(time)
        if waits { goOn.rise() }
        let report = pipeline.shutdown(until: .after(time))
        if waits { #expect(report.outcome == .cancelled) } else { #expect(report.outcome != .running) }
        if !waits { goOn.rise() }
        threads.join()
    }

    /// With a deadline in the far future, it waits for the source, which sees the drain. In the past, it is a cancel.
    @Test(arguments: all) func aDrainOfAnyTimeReturns(time: Duration) throws {
        let started = Level()
        let pipeline = Pipeline("drain")
        pipeline
            .source("source", of: Int.self) { emit in
                started.rise()
                while !emit.isStopped {}
            }
            .sink("sink") { (_: Int) in }
        let running = Running(pipeline)
        started.wait(for: 1)
        let report = try pipeline.drain(until: .after(time))
        if TimeEnds.future.contains(time) { #expect(report.outcome == .finished) }
        if TimeEnds.past.contains(time) { #expect(report.outcome == .cancelled) }
        #expect(try running.end().outcome == report.outcome)
    }

    private static func failing(_ rule: OnError<Int>, _ body: @escaping @Sendable () -> Void = {}) -> Pipeline {
        Pipeline("fails").source("source", of: Int.self) { emit in try emit(1) }
            .sink("sink", workers: 1, onError: rule) { (_: Int) in
                body()
                throw Fault()
            }
    }
}
