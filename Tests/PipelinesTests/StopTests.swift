import CTestSupport
import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

private struct Broken: Error {}

/// How a pipeline can be stopped from outside.
enum Stop: CaseIterable {
    case cancel, fail, shutdown

    func callAsFunction(_ pipeline: Pipeline) {
        switch self {
        case .cancel: pipeline.cancel()
        case .fail: pipeline.fail(Broken())
        case .shutdown: pipeline.shutdown(until: .now)
        }
    }

    func outcome(of name: String) -> PipelineReport.Outcome { self == .fail ? .failed(stage: name) : .cancelled }
}

/// Runs it; returns the report, also that of a failure.
private func report(_ pipeline: Pipeline) throws -> PipelineReport {
    do { return try pipeline.run() } catch let failure as PipelineFailure { return failure.report }
}

/// Waits until every worker has ended.
private func untilOver(_ pipeline: Pipeline) { while pipeline.snapshot().outcome == .running { sched_yield() } }

/// A stop from another thread, held up in the middle: the hook runs when the stop is accepted and no queue is stopped yet.
private func runStopped(
    _ pipeline: Pipeline, by stop: Stop, whileInside body: @escaping @Sendable () -> Void
) throws -> PipelineReport {
    let hooks = Hooks()
    let (isIn, go) = (Level(), Level())
    pipeline.source("make", of: Int.self, over: HookedKinds.self) { _ in
        isIn.rise()
        go.wait()
    }
    .sink("take") { (_: Int) in }
    hooks.once(.close) {
        go.rise()
        body()
    }
    var threads = Threads()
    threads.start {
        isIn.wait()
        stop(pipeline)
    }
    let result = try Hooks.$current.withValue(hooks) { try report(pipeline) }
    threads.join()
    return result
}

/// Signals its destruction.
private final class Leaving: Sendable {
    private let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    deinit { body() }
}

@Suite struct StopTests {
    /// The last worker ends after the stop was accepted and before the action is called.
    @Test(arguments: Stop.allCases) func theActionIsCalledThoughEveryWorkerHasEnded(stop: Stop) throws {
        let dog = Watchdog("theActionIsCalledThoughEveryWorkerHasEnded")
        let calls = Counter()
        let pipeline = Pipeline("racing")
        pipeline.onStop { calls.add() }
        let report = try runStopped(pipeline, by: stop) { untilOver(pipeline) }
        #expect(calls.value == 1)
        #expect(report.outcome == stop.outcome(of: "racing") && report.brokenLaw == nil)
        dog.stop()
    }

    /// A later stop overtakes the first one, which has stopped one of two queues.
    @Test func theFirstStopIsWhatTheQueuesGet() throws {
        let dog = Watchdog("theFirstStopIsWhatTheQueuesGet")
        let hooks = Hooks()
        let (isIn, go, calls) = (Level(), Level(), Counter())
        let pipeline = Pipeline("stops")
        // Kept: otherwise the ends would stop the queues.
        let consumers = (0..<2).map { _ in Exchange<Consumer<Int, Hooked<SPSC>>>() }
        let controls = try consumers.enumerated().map { number, consumer in
            var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
            pipeline.source("make-\(number)", of: Int.self) { _ in
                isIn.rise()
                go.wait()
            }
            .into(queue.takeProducer())
            consumer.leave(queue.takeConsumer())
            return queue.control
        }
        pipeline.onStop {
            calls.add()
            go.rise()
        }
        hooks.once(.close) { pipeline.fail(Broken()) }
        var threads = Threads()
        threads.start {
            isIn.wait(for: 2)
            pipeline.cancel()
        }
        #expect(try pipeline.run().outcome == .cancelled)
        threads.join()
        for control in controls {
            let isCancel = if case .cancelled = control.poison { true } else { false }
            #expect(isCancel)
        }
        for consumer in consumers { _ = consumer.take() }
        #expect(calls.value == 1)
        dog.stop()
    }

    /// An action that wakes a body must not do so before the body can see the stop.
    @Test func anActionOfAStopUnderWayFindsTheQueuesStopped() throws {
        let dog = Watchdog("anActionOfAStopUnderWayFindsTheQueuesStopped")
        let hooks = Hooks()
        let (isIn, go, stopped) = (Level(), Level(), Counter())
        var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        let control = queue.control
        let consumer = queue.takeConsumer()
        let pipeline = Pipeline("stops")
        pipeline.source("make", of: Int.self) { _ in
            isIn.rise()
            go.wait()
        }
        .into(queue.takeProducer())
        hooks.once(.close) {
            pipeline.onStop {
                if control.isClosed { stopped.add() }
                go.rise()
            }
        }
        var threads = Threads()
        threads.start {
            isIn.wait()
            pipeline.cancel()
        }
        #expect(try pipeline.run().outcome == .cancelled)
        threads.join()
        #expect(stopped.value == 1)
        _ = consume consumer
        dog.stop()
    }

    @Test(arguments: Stop.allCases) func aRunWaitsForItsActions(stop: Stop) throws {
        let dog = Watchdog("aRunWaitsForItsActions")
        let (runner, returned, calls) = (Sleeper(), Counter(), Counter())
        let isIn = Level()
        let pipeline = Pipeline("waits")
        pipeline.source("S1 make", of: Int.self) { emit in
            isIn.rise()
            while !emit.isStopped { sched_yield() }
        }
        .sink("S1 take") { (_: Int) in }
        pipeline.onStop {
            // Once its workers are gone, a run that waits for nothing more is awake.
            while TestSupport.threads(named: "S1 ") > 0 { sched_yield() }
            while !runner.isAsleep && returned.value == 0 { sched_yield() }
            if returned.value == 0 { calls.add() }
        }
        var threads = Threads()
        threads.start {
            runner.isMe()
            _ = try? pipeline.run()
            returned.add()
        }
        isIn.wait()
        stop(pipeline)
        threads.join()
        #expect(calls.value == 1)
        dog.stop()
    }

    @Test func aRunThatFinishedCallsNoAction() throws {
        let dog = Watchdog("aRunThatFinishedCallsNoAction")
        let calls = Counter()
        let pipeline = Pipeline("over")
        pipeline.onStop { calls.add() }
        pipeline.source("make", of: Int.self) { emit in try emit(1) }.sink("take") { (_: Int) in }
        try pipeline.run()
        for stop in Stop.allCases { stop(pipeline) }
        pipeline.onStop { calls.add() }
        pipeline.cancel()
        #expect(calls.value == 0 && pipeline.snapshot().outcome == .finished)
        dog.stop()
    }

    @Test(arguments: Stop.allCases) func aStopBeforeTheRunCallsTheActionAtOnce(stop: Stop) throws {
        let dog = Watchdog("aStopBeforeTheRunCallsTheActionAtOnce")
        let (before, after) = (Counter(), Counter())
        let pipeline = Pipeline("never")
        pipeline.onStop { before.add() }
        stop(pipeline)
        #expect(before.value == 1)
        pipeline.onStop { after.add() }
        #expect(after.value == 1)
        pipeline.source("make", of: Int.self) { emit in Issue.record("it runs") }.sink("take") { (_: Int) in }
        #expect(try report(pipeline).outcome == stop.outcome(of: "never"))
        pipeline.cancel()
        #expect(before.value == 1 && after.value == 1)
        dog.stop()
    }

    /// The action is called even if a queue cannot be made or a thread cannot be created.
    @Test(arguments: 0...2, [false, true]) func aFailedStartCallsTheAction(thread: Int, isCancelled: Bool) throws {
        let dog = Watchdog("aFailedStartCallsTheAction")
        let calls = Counter()
        let pipeline = Pipeline("start", capacity: thread == 0 ? 0 : 1)
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }.sink("take") { (_: Int) in }
        pipeline.onStop { calls.add() }
        if isCancelled { pipeline.cancel() }
        ts_fail_thread(UInt32(thread))
        let result = Result { try report(pipeline) }
        ts_fail_thread(0)
        let failed = PipelineReport.Outcome.failed(stage: thread == 2 ? "make" : "take")
        #expect(pipeline.snapshot().outcome == (isCancelled ? .cancelled : failed))
        #expect(calls.value == 1)
        if case .failure(let error) = result { #expect(error as? QueueError == .invalidCapacity(0) && thread == 0) }
        dog.stop()
    }

    /// An action may stop the pipeline and register others; they are called at once.
    @Test func anActionMayStopAndRegister() throws {
        let dog = Watchdog("anActionMayStopAndRegister")
        let (outer, inner) = (Counter(), Counter())
        let pipeline = Pipeline("nested")
        pipeline.onStop {
            outer.add()
            pipeline.fail(Broken())
            pipeline.onStop { inner.add() }
            pipeline.cancel()
        }
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("take") { (i: Int) in if i == 5 { pipeline.cancel() } }
        #expect(try pipeline.run().outcome == .cancelled)
        #expect(outer.value == 1 && inner.value == 1)
        dog.stop()
    }

    /// A stage that has seen enough calls the actions; a cancel after that does not call them again.
    @Test func anEarlyEndAndACancelCallTheActionOnce() throws {
        let dog = Watchdog("anEarlyEndAndACancelCallTheActionOnce")
        for isCancelled in [false, true] {
            let calls = Counter()
            let pipeline = Pipeline("early")
            pipeline.onStop {
                calls.add()
                if isCancelled { pipeline.cancel() }
            }
            pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .sink("take") { (_: Int) in throw EndOfStage() }
            #expect(try pipeline.run().outcome == (isCancelled ? .cancelled : .endedEarly(stage: "take")))
            #expect(calls.value == 1)
        }
        dog.stop()
    }

    /// A shutdown gives up while a body runs, and the body returns before run() does.
    @Test func aRunWhoseWorkersAllEndedIsNotAbandoned() throws {
        let dog = Watchdog("aRunWhoseWorkersAllEndedIsNotAbandoned")
        let go = Level()
        let pipeline = Pipeline("given up")
        pipeline.source("S2 make", of: Int.self) { _ in go.wait() }.sink("S2 take") { (_: Int) in }
        pipeline.onQuiet(.milliseconds(1)) { _ in
            // A thread has no name before it runs, and its end could not be seen.
            while threads(named: "S2 ") < 2 { sched_yield() }
            let report = pipeline.shutdown(until: .now)
            if case .abandoned(let stages) = report.outcome {
                #expect(stages.contains("S2 make"))
            } else {
                Issue.record("\(report)")
            }
            go.rise()
            while threads(named: "S2 ") > 0 { sched_yield() }
            #expect(pipeline.snapshot().outcome == .cancelled)
        }
        let report = try pipeline.run()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        #expect(pipeline.snapshot().outcome == .cancelled)
        dog.stop()
    }

    /// The outcome that run() returned stays, even when the bodies return at last.
    @Test func anAbandonedRunStaysAbandoned() throws {
        let dog = Watchdog("anAbandonedRunStaysAbandoned")
        let (isIn, go, calls) = (Level(), Level(), Counter())
        let pipeline = Pipeline("left")
        pipeline.onStop { calls.add() }
        pipeline.source("S3 make", of: Int.self) { _ in
            isIn.rise()
            go.wait()
        }
        .sink("S3 take") { (_: Int) in }
        var threads = Threads()
        threads.start {
            isIn.wait()
            // It has no name before it runs.
            while TestSupport.threads(named: "S3 take") == 0 { sched_yield() }
            pipeline.cancel()
            while TestSupport.threads(named: "S3 take") > 0 { sched_yield() }
            pipeline.shutdown(until: .now)
        }
        let outcome = try pipeline.run().outcome
        threads.join()
        #expect(outcome == .abandoned(stages: ["S3 make"]))
        go.rise()
        while TestSupport.threads(named: "S3 ") > 0 { sched_yield() }
        pipeline.fail(Broken())
        #expect(pipeline.shutdown(until: .after(.seconds(Settings.patience))).outcome == outcome && calls.value == 1)
        dog.stop()
    }

    /// On the thread that makes them, and on another, whose shutdown gives up before there is a worker.
    @Test(arguments: [false, true]) func aShutdownWhileTheQueuesAreMadeAbandonsNobody(elsewhere: Bool) throws {
        let dog = Watchdog("aShutdownWhileTheQueuesAreMadeAbandonsNobody")
        let hooks = Hooks()
        let pipeline = Pipeline("start")
        pipeline.source("make", of: Int.self, over: HookedKinds.self) { _ in Issue.record("it runs") }
            .sink("take") { (_: Int) in }
        hooks.once(.make) {
            let shutDown = { @Sendable in #expect(pipeline.shutdown(until: .now).outcome == .running) }
            guard elsewhere else { return shutDown() }
            var threads = Threads()
            threads.start { shutDown() }
            threads.join()
        }
        #expect(try Hooks.$current.withValue(hooks) { try pipeline.run() }.outcome == .cancelled)
        dog.stop()
    }

    /// A start that fails waits for a stop that is under way on another thread.
    @Test func aFailedStartWaitsForAStopThatIsUnderWay() throws {
        let dog = Watchdog("aFailedStartWaitsForAStopThatIsUnderWay")
        let hooks = Hooks()
        let (stopping, runner, returned, waited) = (Level(), Sleeper(), Counter(), Counter())
        var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        let consumer = queue.takeConsumer()
        let pipeline = Pipeline("start", capacity: 0)
        pipeline.source("make", of: Int.self) { _ in }.map("pass") { (i: Int) in i }.into(queue.takeProducer())
        hooks.once(.close) {
            stopping.rise()
            while !runner.isAsleep && returned.value == 0 { sched_yield() }
            if returned.value == 0 { waited.add() }
        }
        var threads = Threads()
        threads.start { pipeline.cancel() }
        threads.start {
            stopping.wait()
            runner.isMe()
            #expect(throws: QueueError.invalidCapacity(0)) { try pipeline.run() }
            returned.add()
        }
        threads.join()
        #expect(waited.value == 1 && pipeline.snapshot().outcome == .cancelled)
        _ = consume consumer
        dog.stop()
    }

    /// The captures of an action are destroyed when run() returns, whichever thread called it.
    @Test func capturesOfAnActionAreDestroyedBeforeRunReturns() throws {
        let dog = Watchdog("capturesOfAnActionAreDestroyedBeforeRunReturns")
        let (isIn, runner, returned, gone) = (Level(), Sleeper(), Counter(), Counter())
        func register(_ pipeline: Pipeline) {
            let held = Leaving {
                while !runner.isAsleep && returned.value == 0 { sched_yield() }
                if returned.value == 0 { gone.add() }
            }
            pipeline.onStop {
                // Once its workers are gone, a run that waits for nothing more is awake.
                while TestSupport.threads(named: "S4 ") > 0 { sched_yield() }
                withExtendedLifetime(held) {}
            }
        }
        let pipeline = Pipeline("holds")
        register(pipeline)
        pipeline.source("S4 make", of: Int.self) { emit in
            isIn.rise()
            while !emit.isStopped { sched_yield() }
        }
        .sink("S4 take") { (_: Int) in }
        var threads = Threads()
        threads.start {
            isIn.wait()
            pipeline.cancel()
        }
        runner.isMe()
        try pipeline.run()
        returned.add()
        threads.join()
        #expect(gone.value == 1)
        dog.stop()
    }

    @Test func aShutdownOfAPipelineThatWasNotRunReturns() {
        let dog = Watchdog("aShutdownOfAPipelineThatWasNotRunReturns")
        let pipeline = Pipeline("not run")
        #expect(pipeline.shutdown(until: .after(.seconds(2 * Settings.patience))).outcome == .running)
        dog.stop()
    }
}
