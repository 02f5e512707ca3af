import CTestSupport
import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

/// Faults of a pipeline's threads, and stops from outside.
@Suite struct FaultTests {
    /// Five threads; in each round the creation of another one fails, and in the last none fails.
    @Test(arguments: [StageOrder.unordered, .preserve], 1...6)
    func aThreadThatIsNotToBeHadStopsWhatWasStarted(order: StageOrder, number: Int) throws {
        let dog = Watchdog("thread \(number)")
        let tally = Tally()
        let back = Counter()
        let pipeline = Pipeline("threads", capacity: 2)
        pipeline
            .source("F1 give", of: Token.self) { emit in for i in 0..<100 { try emit(Token(i, tally)) } }
            .map("F1 work", workers: 3, order: order, undelivered: { _ in back.add() }) { (token: consuming Token) in
                token
            }
            .sink("F1 take", undelivered: { _ in back.add() }) { (_: consuming Token) in }
        // The threads are started from the last stage to the first.
        let stage = ["F1 take", "F1 work", "F1 work", "F1 work", "F1 give", ""][number - 1]
        let thread = ["F1 take", "F1 work-3", "F1 work-2", "F1 work-1", "F1 give", ""][number - 1]
        ts_fail_thread(UInt32(number))
        let result = Result { try pipeline.run() }
        ts_fail_thread(0)
        switch result {
        case .success(let report): #expect(number == 6 && report.outcome == .finished)
        case .failure(let failure as PipelineFailure):
            #expect(failure.error as? StageError == .noThread(stage: thread, code: EAGAIN))
            #expect(failure.stage == stage)
        case .failure(let error): Issue.record("\(error)")
        }
        let report = pipeline.snapshot()
        #expect(report.outcome == (number == 6 ? .finished : .failed(stage: stage)))
        #expect(report.brokenLaw == nil && tally.alive == 0)
        #expect(back.value == report.edges.reduce(0) { $0 + $1.undelivered })
        while threads(named: "F1 ") > 0 { sched_yield() }
        dog.stop()
    }

    /// Two queues; in each round the memory of another one cannot be allocated, and in the first both can.
    @Test(arguments: 0...2) func memoryThatIsNotToBeHadStopsBeforeTheStart(number: Int) throws {
        let dog = Watchdog("allocation \(number)")
        let begun = Counter()
        let pipeline = Pipeline("memory", capacity: 2)
        pipeline
            .source("F2 give", of: Int.self) { emit in
                begun.add()
                for i in 0..<10 { try emit(i) }
            }
            .map("F2 work") { $0 }
            .sink("F2 take") { _ in }
        ts_fail_allocation(UInt32(number))
        let result = Result { try pipeline.run() }
        ts_fail_allocation(0)
        if number == 0 {
            #expect(try result.get().outcome == .finished)
        } else {
            let error = #expect(throws: QueueError.self) { try result.get() }
            if case .outOfMemory(capacity: 2, _)? = error {} else { Issue.record("\(String(describing: error))") }
            #expect(pipeline.snapshot().outcome == .failed(stage: ["F2 work", "F2 take"][number - 1]))
        }
        #expect(begun.value == (number == 0 ? 1 : 0))
        while threads(named: "F2 ") > 0 { sched_yield() }
        dog.stop()
    }

    /// Elements that were in a queue that the stage was given are undelivered as well.
    @Test func queueOfAStageWithoutAThreadIsUndelivered() throws {
        let dog = Watchdog("queueOfAStageWithoutAThreadIsUndelivered")
        let tally = Tally()
        let back = Counter()
        var queue = try Queue.make(of: Token.self, kind: SPSC.self, capacity: 4)
        var producer = queue.takeProducer()
        for i in 0..<3 { _ = producer.tryEnqueue(Token(i, tally)) }
        let pipeline = Pipeline("no thread")
        pipeline.add(
            ConsumerStage("take", from: queue.takeConsumer(), undelivered: { (_: consuming Token) in back.add() }) {
                _ in
            }
        )
        ts_fail_thread(1)
        let result = Result { try pipeline.run() }
        ts_fail_thread(0)
        let failure = #expect(throws: PipelineFailure.self) { try result.get() }
        #expect(failure?.error as? StageError == .noThread(stage: "take", code: EAGAIN))
        #expect(failure?.report.edges[0].undelivered == 3 && back.value == 3 && tally.alive == 0)
        dog.stop()
    }

    @Test(arguments: [
        (StageOptions(stackBytes: -10_000), StageError.invalidStack(stage: "hold", bytes: -10_000)),
        (StageOptions(stackBytes: 0), .invalidStack(stage: "hold", bytes: 0)),
        (StageOptions(stackBytes: 1), .invalidStack(stage: "hold", bytes: 1)),
        (
            StageOptions(stackBytes: StageOptions.minimumStackBytes - 1),
            .invalidStack(stage: "hold", bytes: StageOptions.minimumStackBytes - 1)
        ),
        (StageOptions(stackBytes: .max), .noThread(stage: "hold", code: EAGAIN)),
        (StageOptions(processors: [-1]), .invalidProcessor(stage: "hold", processor: -1)),
        (StageOptions(processors: [0, 100_000]), .invalidProcessor(stage: "hold", processor: 100_000)),
        (StageOptions(processors: []), .noProcessors(stage: "hold")),
    ])
    func optionsThatCannotBeHaveOneError(options: StageOptions, error: StageError) throws {
        let dog = Watchdog("optionsThatCannotBeHaveOneError")
        let failure = #expect(throws: PipelineFailure.self) {
            try Pipeline("options")
                .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .sink("hold", options: options) { _ in }
                .run()
        }
        #expect(failure?.error as? StageError == error)
        #expect(failure?.stage == "hold")
        #expect(failure?.report.brokenLaw == nil)
        dog.stop()
    }

    @Test func anErrorNamesTheValueAndTheRule() {
        let least = StageOptions.minimumStackBytes
        #expect(
            "\(StageError.invalidStack(stage: "s", bytes: 16384))"
                == "stage 's': a stack must have at least \(least) bytes, got 16384")
        #expect("\(StageError.noThread(stage: "work-3", code: EAGAIN))" == "could not create thread 'work-3': EAGAIN")
        #expect("\(StageError.noThread(stage: "s", code: EPERM))" == "could not create thread 's': EPERM")
        #expect("\(StageError.noThread(stage: "s", code: 4000))" == "could not create thread 's': error 4000")
    }

    /// A thread of a group cannot be created: the stages that were started are stopped, and the error names the thread.
    @Test func aGroupRefusesAStackThatIsTooSmall() throws {
        let dog = Watchdog("aGroupRefusesAStackThatIsTooSmall")
        let small = StageOptions(stackBytes: StageOptions.minimumStackBytes - 1)
        var near = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        var far = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        let control = near.control
        var stages = StageGroup()
        try stages.start("give", near.takeProducer()) { out in while out.enqueue(1).isEnqueued {} }
        #expect(throws: StageError.invalidStack(stage: "pass-1", bytes: StageOptions.minimumStackBytes - 1)) {
            try stages.start("pass", workers: 2, near.takeConsumer(), far.takeProducer(), options: small) { _, _ in }
        }
        #expect(throws: StageError.invalidStack(stage: "take", bytes: StageOptions.minimumStackBytes - 1)) {
            try stages.start("take", far.takeConsumer(), options: small) { _ in }
        }
        try stages.join()
        if case .cancelled = control.poison {} else { Issue.record("the group was not cancelled") }
        dog.stop()
    }

    /// A stack larger than the default, and a processor.
    @Test func aGroupTakesTheOptionsOfAThread() throws {
        let dog = Watchdog("aGroupTakesTheOptionsOfAThread")
        let processor = Platform.affinity.last ?? 0
        let sum = Counter()
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var stages = StageGroup()
        try stages.start(
            "tied", queue.takeProducer(), options: StageOptions(stackBytes: 64 << 20, processors: [processor])
        ) { _ in sum.add((ts_stack_size() >> 26) * 1000 + Int(ts_processor())) }
        try stages.join()
        #expect(sum.value == 1000 + processor)
        dog.stop()
    }

    /// It would wait for itself: it cancels, and does not wait. In a body, in an `undelivered` closure, and in an action of
    /// `onStop`; on a worker's thread, on the one that runs the pipeline, and on one that a body waits for.
    @Test(arguments: ["body", "undelivered", "onStop", "joined"])
    func aShutdownThatWouldWaitForItselfDoesNotWait(place: String) throws {
        let dog = Watchdog("aShutdownThatWouldWaitForItselfDoesNotWait")
        let calls = Counter()
        let pipeline = Pipeline("own", capacity: 1)
        let shutDown = { @Sendable in
            let outcome = pipeline.shutdown(until: .after(.seconds(100_000))).outcome
            // A shutdown and a join wait for each other, and the second is refused: here it may be the join.
            #expect(outcome == .running || place == "joined" && outcome == .cancelled)
            calls.add()
        }
        if place == "onStop" { pipeline.onStop(shutDown) }
        pipeline.source("count", of: Int.self) { emit in for i in 0..<2 { try emit(i) } }
            .sink("look", undelivered: { _ in if place == "undelivered" { shutDown() } }) { (_: Int) in
                switch place {
                case "body": shutDown()
                case "joined":
                    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
                    var stages = StageGroup()
                    try stages.start("nested", queue.takeProducer()) { _ in shutDown() }
                    try stages.join()
                default: throw EndOfStage()
                }
            }
        #expect(try pipeline.run().outcome == .cancelled)
        while calls.value == 0 { sched_yield() }
        dog.stop()
    }

    /// The thread that runs a pipeline returns the undelivered elements of a stage without a thread.
    @Test func aShutdownOnTheThreadThatStartsDoesNotWait() throws {
        let dog = Watchdog("aShutdownOnTheThreadThatStartsDoesNotWait")
        let calls = Counter()
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var producer = queue.takeProducer()
        _ = producer.tryEnqueue(1)
        let pipeline = Pipeline("no thread")
        pipeline.add(
            ConsumerStage(
                "take", from: queue.takeConsumer(),
                undelivered: { (_: Int) in
                    #expect(pipeline.shutdown(until: .after(.seconds(100_000))).outcome == .running)
                    calls.add()
                }
            ) { _ in })
        ts_fail_thread(1)
        #expect(throws: PipelineFailure.self) { try pipeline.run() }
        ts_fail_thread(0)
        #expect(calls.value == 1)
        dog.stop()
    }

    /// After it has returned without a stage, it does not wait for itself any more.
    @Test func aShutdownWaitsOnTheThreadThatRanThePipeline() throws {
        let dog = Watchdog("aShutdownWaitsOnTheThreadThatRanThePipeline")
        let (began, released) = (Level(), Level())
        let pipeline = Pipeline("ran", capacity: 1)
        pipeline.source("ran one", of: Int.self) { emit in try emit(1) }
            .sink("hold") { (_: Int) in
                began.rise()
                released.wait()
            }
        var shutter = Threads()
        let sleeper = Sleeper()
        shutter.start {
            began.wait()
            while threads(named: "ran one") > 0 { sched_yield() }
            pipeline.shutdown(until: .now)
            sleeper.waitUntilAsleep()
            released.rise()
        }
        #expect(try pipeline.run().outcome == .abandoned(stages: ["hold"]))
        sleeper.isMe()
        pipeline.shutdown(until: .after(.seconds(100_000)))
        #expect(pipeline.explain().contains("hold ended"))
        shutter.join()
        dog.stop()
    }

    /// A watching thread is not one that the stages wait for.
    @Test func aShutdownInAWatchingThreadWaits() throws {
        let dog = Watchdog("aShutdownInAWatchingThreadWaits")
        let calls = Counter()
        let stopped = Level()
        let pipeline = Pipeline("watched", capacity: 1)
        pipeline.onStop { stopped.rise() }
        pipeline.onQuiet(.milliseconds(1)) { _ in
            #expect(pipeline.shutdown(until: .after(.seconds(100_000))).outcome == .cancelled)
            calls.add()
        }
        pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("look") { (_: Int) in stopped.wait() }
        #expect(try pipeline.run().outcome == .cancelled)
        #expect(calls.value == 1)
        dog.stop()
    }

    /// The thread of a body that does not return is given up: run() and shutdown(until:) return.
    @Test func aBodyThatNeverReturnsIsNamed() throws {
        let dog = Watchdog("aBodyThatNeverReturnsIsNamed")
        let isStuck = Level()
        let released = Level()
        let tally = Tally()
        let pipeline = Pipeline("stuck", capacity: 2)
        pipeline
            .source("F2 give", of: Token.self) { emit in for i in 0... { try emit(Token(i, tally)) } }
            .sink("F2 stuck") { (_: consuming Token) in
                isStuck.rise()
                released.wait()
            }
        var runner = Threads()
        runner.start {
            let report = try? pipeline.run()
            #expect(report?.outcome == .abandoned(stages: ["F2 stuck"]))
        }
        isStuck.wait()
        pipeline.cancel()
        while threads(named: "F2 give") > 0 { sched_yield() }
        #expect(pipeline.shutdown(until: .after(.milliseconds(1))).outcome == .abandoned(stages: ["F2 stuck"]))
        runner.join()
        #expect(threads(named: "F2 stuck") == 1)
        released.rise()
        while threads(named: "F2 stuck") > 0 { sched_yield() }
        #expect(tally.alive == 0)
        dog.stop()
    }

    @Test func aPipelineThatEndsInTimeIsNotAbandoned() throws {
        let dog = Watchdog("aPipelineThatEndsInTimeIsNotAbandoned")
        let began = Level()
        let pipeline = Pipeline("in time", capacity: 2)
        pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("hold") { _ in began.rise() }
        var runner = Threads()
        runner.start { _ = try? pipeline.run() }
        began.wait()
        #expect(pipeline.shutdown(until: .after(.seconds(Settings.patience))).outcome == .cancelled)
        runner.join()
        dog.stop()
    }

    @Test func onlyTheFirstStopCounts() throws {
        let dog = Watchdog("onlyTheFirstStopCounts")
        for failsFirst in [false, true] {
            let calls = Counter()
            let pipeline = Pipeline("stops")
            pipeline.onStop { calls.add() }
            pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .sink("hold") { _ in
                    if failsFirst { pipeline.fail(Fault(at: 1)) }
                    pipeline.cancel()
                    pipeline.cancel()
                    pipeline.fail(Fault(at: 2))
                }
            do {
                #expect(try pipeline.run().outcome == .cancelled)
                #expect(!failsFirst)
            } catch let failure as PipelineFailure {
                #expect(failsFirst && failure.error as? Fault == Fault(at: 1) && failure.stage == "stops")
            }
            #expect(calls.value == 1)
            pipeline.onStop { calls.add() }
            #expect(calls.value == 2)
        }
        dog.stop()
    }

    /// The usual way to turn a signal into a cancel: the handler writes a byte, and a thread reads it.
    @Test func threadReadingAPipeCancels() throws {
        let dog = Watchdog("threadReadingAPipeCancels")
        var ends: [Int32] = [-1, -1]
        #expect(unsafe pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let pipeline = Pipeline("signalled", capacity: 2)
        pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("hold") { i in
                var byte: UInt8 = 1
                if i == 10 { _ = unsafe write(writing, &byte, 1) }
            }
        var threads = Threads()
        threads.start {
            var byte: UInt8 = 0
            #expect(unsafe read(reading, &byte, 1) == 1)
            pipeline.cancel()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        close(reading)
        close(writing)
        dog.stop()
    }

    /// A stage that was stopped while it waited for an element is not at the end of its stream.
    @Test func aStoppedStageDoesNotDoWhatItDoesAtItsEnd() throws {
        let dog = Watchdog("aStoppedStageDoesNotDoWhatItDoesAtItsEnd")
        let ends = Counter()
        let sleeper = Sleeper()
        let pipeline = Pipeline("no end", waiting: .park)
        pipeline
            .source("one", of: Int.self) { emit in
                try emit(1)
                sleeper.waitUntilAsleep()
                pipeline.cancel()
            }
            .sink("hold", state: { 0 }, end: { _ in ends.add() }) { _, _ in
                sleeper.isMe()
            }
        #expect(try pipeline.run().outcome == .cancelled)
        #expect(ends.value == 0)
        dog.stop()
    }

    /// Elements that a stopped stage has taken and not begun are undelivered.
    @Test func aStoppedStageDoesNotWorkOn() throws {
        let dog = Watchdog("aStoppedStageDoesNotWorkOn")
        let late = Counter()
        // The element at which it stops may be the last that was taken; not each time.
        for last in 1000..<1100 {
            dog.watch.at("element \(last)")
            let pipeline = Pipeline("stopped")
            pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .sink("hold", state: { false }, end: { _ in }) { isStopped, i in
                    if isStopped { late.add() }
                    guard i == last else { return }
                    pipeline.cancel()
                    isStopped = true
                }
            let report = try pipeline.run()
            #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        }
        #expect(late.value == 0)
        dog.stop()
    }

    @Test func aStageThatFailsDoesNotDoWhatItDoesAtItsEnd() throws {
        let dog = Watchdog("aStageThatFailsDoesNotDoWhatItDoesAtItsEnd")
        let ends = Counter()
        let pipeline = Pipeline("no end")
        pipeline.source("one", of: Int.self) { emit in try emit(1) }
            .sink("hold", state: { 0 }, end: { _ in ends.add() }) { _, _ in throw Fault(at: 1) }
        #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(ends.value == 0)
        dog.stop()
    }

    /// `run()` throws the error of a worker whose state cannot be made.
    @Test(arguments: [StageOrder.unordered, .preserve], [1, 3])
    func aStateThatCannotBeMadeFailsThePipeline(order: StageOrder, workers: Int) throws {
        let dog = Watchdog("aStateThatCannotBeMadeFailsThePipeline")
        let states = Counter()
        let pipeline = Pipeline("no state", capacity: 2)
        pipeline.source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .flatMap(
                "pass", of: Int.self, workers: workers, order: order,
                state: { if states.add() == 1 { throw Fault(at: 5) } },
                body: { _, i, emit in try emit(i) }
            )
            .sink("hold") { (_: Int) in }
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(failure?.error as? Fault == Fault(at: 5) && failure?.stage == "pass")
        #expect(pipeline.snapshot().outcome == .failed(stage: "pass") && failure?.report.brokenLaw == nil)
        dog.stop()
    }
}
