import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// What happens to elements whose body threw.
@Suite struct OnErrorTests {
    private static func count(_ pipeline: Pipeline, to end: Int) -> Flow<Int, SingleWorker, RingKinds> {
        pipeline.source("count", of: Int.self) { emit in for i in 0..<end { try emit(i) } }
    }

    @Test(arguments: [1, 3]) func skippedElementsAreCounted(workers: Int) throws {
        let dog = Watchdog("skippedElementsAreCounted")
        let report = try Self.count(Pipeline("skips", capacity: 4), to: 100)
            .map("odd", workers: workers, onError: .skip) { (i: Int) throws -> Int in
                if i % 2 == 0 { throw Fault(at: i) }
                return i
            }
            .sink("hold") { (i: Int) in #expect(i % 2 == 1) }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[1].skipped == 50 && report.stages[1].completed == 50 && report.stages[2].taken == 50)
        dog.stop()
    }

    /// The body gets it again as often as the rule says, and the last error is the one that counts.
    @Test(arguments: [0, 2, 3, 4]) func aBodyGetsItsElementAgain(failures: Int) throws {
        let dog = Watchdog("aBodyGetsItsElementAgain")
        let calls = Counter()
        let pipeline = Self.count(Pipeline("retries"), to: 1)
            .sink("try", onError: .retry(3, backoff: .nanoseconds(1), doublingUpTo: .nanoseconds(3))) { _ in
                if calls.add() <= failures { throw Fault(at: calls.value) }
            }
        let result = Result { try pipeline.run() }
        let report = pipeline.snapshot()
        #expect(calls.value == min(failures, 3) + 1)
        #expect(report.stages[1].retried == min(failures, 3) && report.brokenLaw == nil)
        if failures <= 3 {
            #expect(try result.get().stages[1].completed == 1)
        } else {
            let failure = #expect(throws: PipelineFailure.self) { try result.get() }
            #expect(failure?.error as? Fault == Fault(at: 4))
            #expect(report.stages[1].failed == 1)
        }
        dog.stop()
    }

    @Test func backoffDoubles() throws {
        let dog = Watchdog("backoffDoubles")
        let calls = Synchronization.Mutex<[ContinuousClock.Instant]>([])
        let pipeline = Self.count(Pipeline("doubles"), to: 1)
            .sink("try", onError: .retry(24, backoff: .nanoseconds(1), doublingUpTo: .seconds(1), then: .skip)) {
                (_: Int) in
                calls.withLock { $0.append(.now) }
                throw Fault()
            }
        #expect(try pipeline.run().stages[1].retried == 24)
        let times = calls.withLock { $0 }
        #expect(times.count == 25)
        for i in 1..<times.count { #expect(times[i] - times[i - 1] >= .nanoseconds(1 << (i - 1)), "before retry \(i)") }
        dog.stop()
    }

    /// The first pause alone would outlast the patience of the watchdog.
    @Test func backoffStaysWithinItsLimit() throws {
        let dog = Watchdog("backoffStaysWithinItsLimit")
        let rule = OnError<Int>.retry(3, backoff: .seconds(100_000), doublingUpTo: .nanoseconds(1), then: .skip)
        let report = try Self.count(Pipeline("bounded"), to: 1)
            .sink("try", onError: rule) { (_: Int) in throw Fault() }
            .run()
        #expect(report.stages[1].retried == 3 && report.stages[1].skipped == 1)
        dog.stop()
    }

    /// In order, elements that the body emitted before it threw are forgotten.
    @Test func aRetryInOrderEmitsOnce() throws {
        let dog = Watchdog("aRetryInOrderEmitsOnce")
        let tries = (0..<300).map { _ in Counter() }
        let next = Counter()
        let report = try Self.count(Pipeline("once", capacity: 2), to: 300)
            .flatMap("twice", of: Int.self, workers: 3, order: .preserve, onError: .retry(1)) { i, emit in
                try emit(i)
                if i % 7 == 0, tries[i].add() == 1 { throw Fault(at: i) }
            }
            .sink("check") { (i: Int) in
                #expect(i == next.value)
                next.add()
            }
            .run()
        #expect(next.value == 300 && report.stages[1].emitted == 300 && report.brokenLaw == nil)
        dog.stop()
    }

    /// The pause would outlast the patience of the watchdog.
    @Test(arguments: [false, true]) func aCancelCutsAPauseShort(skips: Bool) throws {
        let dog = Watchdog("aCancelCutsAPauseShort")
        let pausing = Sleeper()
        let pipeline = Pipeline("pauses", capacity: 2)
        Self.count(pipeline, to: 100)
            .sink("try", onError: .retry(1, backoff: .seconds(100_000), then: skips ? .skip : .fail)) { _ in
                pausing.isMe()
                throw Fault()
            }
        var threads = Threads()
        threads.start {
            pausing.waitUntilAsleep()
            pipeline.cancel()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        #expect(report.stages[1].taken == 1 && report.stages[1].retried == 0)
        #expect(skips ? report.stages[1].skipped == 1 : report.stages[1].failed == 1)
        dog.stop()
    }

    @Test(arguments: [0, 2]) func deadLettersTellWhatHappened(retries: Int) throws {
        let dog = Watchdog("deadLettersTellWhatHappened")
        var queue = try Queue.make(of: DeadLetter<Int>.self, kind: MPSC.self, capacity: 2)
        let letters = OnError.deadLetter(queue.takeProducer())
        var read = Threads()
        let seen = Synchronization.Mutex<[Int]>([])
        read.start(queue.takeConsumer()) { consumer in
            while let letter = consumer.dequeue() {
                #expect(letter.error as? Fault == Fault(at: letter.element))
                #expect(letter.stage == "odd" && letter.attempts == retries + 1)
                seen.withLock { $0.append(letter.element) }
            }
        }
        let report = try Self.count(Pipeline("letters", capacity: 4), to: 100)
            .map("odd", workers: 3, onError: retries > 0 ? .retry(retries, then: letters) : letters) {
                (i: Int) throws -> Int in
                if i % 2 == 0 { throw Fault(at: i) }
                return i
            }
            .sink("hold") { _ in }
            .run()
        // Ends with the last worker that could write one.
        read.join()
        #expect(seen.withLock { $0.sorted() } == (0..<50).map { 2 * $0 })
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[1].deadLettered == 50 && report.stages[1].retried == 50 * retries)
        dog.stop()
    }

    /// No consumer takes letters: the second one waits for room until the cancel, and its element is undelivered.
    @Test func cancelReleasesAWorkerWithADeadLetter() throws {
        let dog = Watchdog("cancelReleasesAWorkerWithADeadLetter")
        var queue = try Queue.make(of: DeadLetter<Int>.self, kind: MPSC.self, capacity: 1, waiting: .park)
        var consumer = queue.takeConsumer()
        let letters = OnError.deadLetter(queue.takeProducer())
        let back = Counter()
        let second = Sleeper()
        let pipeline = Pipeline("full", capacity: 2)
        Self.count(pipeline, to: 100)
            .sink("try", onError: letters, undelivered: { _ in back.add() }) { (i: Int) in
                if i == 1 { second.isMe() }
                throw Fault(at: i)
            }
        var threads = Threads()
        threads.start {
            second.waitUntilAsleep()
            pipeline.cancel()
        }
        let report = try pipeline.run()
        threads.join()
        let turned = report.edges[0].undelivered
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        #expect(report.stages[1].deadLettered == 1 && report.stages[1].failed == 1)
        #expect(back.value == turned + 1)
        #expect(consumer.dequeue()?.element == 0)
        #expect(consumer.dequeue() == nil)
        dog.stop()
    }

    @Test func aClosedQueueOfDeadLettersFailsThePipeline() throws {
        let dog = Watchdog("aClosedQueueOfDeadLettersFailsThePipeline")
        var queue = try Queue.make(of: DeadLetter<Int>.self, kind: SPSC.self, capacity: 1)
        let letters = OnError.deadLetter(queue.takeProducer())
        _ = queue.takeConsumer()
        let back = Synchronization.Mutex<[Int]>([])
        let pipeline = Self.count(Pipeline("closed", capacity: 2), to: 100)
            .sink("try", onError: letters, undelivered: { i in back.withLock { $0.append(i) } }) { (i: Int) in
                if i == 5 { throw Fault(at: i) }
            }
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(failure?.error as? Fault == Fault(at: 5) && failure?.stage == "try")
        let report = try #require(failure?.report)
        #expect(report.brokenLaw == nil && report.stages[1].failed == 1 && report.stages[1].deadLettered == 0)
        #expect(back.withLock { $0.contains(5) })
        #expect(back.withLock { $0.count } == report.edges[0].undelivered + 1)
        dog.stop()
    }
}
