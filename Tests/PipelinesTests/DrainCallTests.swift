import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Drains from several threads, at any moment, until any time.
@Suite(.watched) struct DrainCallTests {
    /// The deadline passes: whatever the source waits for, it is a cancel, and what was on its way is undelivered.
    @Test(arguments: [Deadline.now, .near, .after(.seconds(-1))]) func theDeadlineCancels(deadline: Deadline) throws {
        let (held, stopped, undelivered, calls) = (Level(), Level(), Counter(), Counter())
        let pipeline = Pipeline("silent")
        pipeline.onStop {
            calls.add()
            stopped.rise()
        }
        pipeline.source("make", of: Int.self) { emit in
            for i in 0..<5 { try emit(i) }
            stopped.wait()
        }
        .sink("hold", undelivered: { _ in undelivered.add() }) { (_: Int) in
            held.rise()
            stopped.wait()
        }
        let running = Running(pipeline)
        held.wait()
        while pipeline.snapshot().stages[0].emitted < 5 { sched_yield() }
        let report = try pipeline.drain(until: deadline)
        #expect(report.outcome == .cancelled && report.brokenLaw == nil && calls.value == 1)
        #expect(undelivered.value == 4 && report.edges[0].undelivered == 4 && report.stages[1].completed == 1)
        #expect(try running.end().outcome == .cancelled)
    }

    /// A body that does not return after the cancel holds the drain up for a moment only, and is given up by a shutdown.
    @Test func aBodyThatNeverReturnsDoesNotHoldADrainUp() throws {
        let (began, goesOn) = (Level(), Level())
        let pipeline = Pipeline("stuck")
        pipeline.source("make", of: Int.self) { _ in
            began.rise()
            goesOn.wait()
        }
        .sink("count") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        #expect(try pipeline.drain(until: .near).outcome == .running)
        pipeline.shutdown(until: .now)
        #expect(try running.end().outcome == .abandoned(stages: ["make"]))
        // The run was left, and so is the drain.
        #expect(try pipeline.drain(until: .far).outcome == .abandoned(stages: ["make"]))
        goesOn.rise()
    }

    /// A shutdown on another thread gives up what a drain waits for.
    @Test func aShutdownEndsADrain() throws {
        let (began, goesOn, drains) = (Level(), Level(), Sleeper())
        let pipeline = Pipeline("shut down")
        pipeline.source("make", of: Int.self) { _ in
            began.rise()
            goesOn.wait()
        }
        .sink("count") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        var threads = Threads()
        threads.start {
            drains.isMe()
            let outcome = try? pipeline.drain(until: .far).outcome
            #expect(outcome == .abandoned(stages: ["make"]) || outcome == .abandoned(stages: ["make", "count"]))
        }
        drains.waitUntilAsleep()
        pipeline.shutdown(until: .now)
        threads.join()
        goesOn.rise()
        _ = try running.end()
    }

    /// Several drains, and a cancel: one report for all, and every thread returns.
    @Test(arguments: [false, true]) func severalDrainsEndTogether(withCancel: Bool) throws {
        for _ in 0..<200 {
            let endless = try Endless(.ordered)
            let running = Running(endless.pipeline)
            while endless.seen.value < 5 { sched_yield() }
            let reports = (0..<3).map { _ in Exchange<PipelineReport?>() }
            var threads = Threads()
            for (number, report) in reports.enumerated() {
                let pipeline = endless.pipeline
                threads.start {
                    if withCancel && number == 2 { pipeline.cancel() }
                    report.leave(try? pipeline.drain(until: .far))
                }
            }
            threads.join()
            let report = try running.end()
            #expect(report.outcome == .finished || withCancel && report.outcome == .cancelled)
            for each in reports { #expect(each.take()??.description == report.description) }
            #expect(report.brokenLaw == nil)
            if report.outcome == .finished { #expect(endless.seen.value == endless.sent.value) }
        }
    }

    /// The earliest of several deadlines cancels; the other drain ends then as well.
    @Test func theEarliestDeadlineCancels() throws {
        let (began, stopped) = (Level(), Level())
        let pipeline = Pipeline("silent")
        pipeline.onStop { stopped.rise() }
        pipeline.source("make", of: Int.self) { _ in
            began.rise()
            stopped.wait()
        }
        .sink("count") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        var threads = Threads()
        threads.start { #expect(outcome(pipeline) != nil) }
        threads.waitUntilAsleep()
        #expect(try pipeline.drain(until: .near).outcome == .cancelled)
        threads.join()
        #expect(try running.end().outcome == .cancelled)
    }

    /// Where the call would wait for itself it returns at once, and the sources end.
    @Test(arguments: ["source", "sink", "undelivered", "joined"]) func aDrainInABodyReturnsAtOnce(place: String) throws
    {
        let (sent, seen) = (Counter(), Counter())
        let joins = Sleeper()
        let pipeline = Pipeline("drains itself")
        let drains: @Sendable () -> Void = {
            #expect(outcome(pipeline) == .running)
        }
        pipeline.source("make", of: Int.self) { emit in
            for i in 0... {
                if place == "source" && i == 100 { drains() }
                try emit(i)
                sent.add()
            }
        }
        .sink(
            "count", options: StageOptions(whenFull: .refuse),
            undelivered: { _ in if place == "undelivered" { drains() } }
        ) { (i: Int) in
            seen.add()
            if place == "undelivered" {
                while sent.value < 2000 && !pipeline.explain().contains("make ended") { sched_yield() }
            }
            guard i == 100 else { return }
            if place == "sink" { drains() }
            guard place == "joined" else { return }
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
            var stages = StageGroup()
            joins.isMe()
            try stages.start("drain", queue.takeProducer()) { _ in
                joins.waitUntilAsleep()
                drains()
            }
            try stages.join()
        }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(seen.value + report.stages[0].refused == sent.value + 1)
    }

    /// The call has returned, and run() cancels at the deadline; at the earliest of several.
    @Test(arguments: [[Deadline.near], [.far, .near], [.near, .far], [.now]])
    func theDeadlineOfADrainInABodyIsKept(deadlines: [Deadline]) throws {
        let stopped = Level()
        let pipeline = Pipeline("drains itself")
        pipeline.onStop { stopped.rise() }
        pipeline.source("make", of: Int.self) { emit in
            try emit(1)
            stopped.wait()
        }
        .sink("drain") { (_: Int) in
            for deadline in deadlines { #expect(outcome(pipeline, deadline) == .running) }
        }
        #expect(try pipeline.run().outcome == .cancelled)
    }

    /// In an action the call would wait for that action.
    @Test func aDrainInAnActionReturnsAtOnce() throws {
        let (began, calls) = (Level(), Counter())
        let pipeline = Pipeline("drains in an action")
        pipeline.onStop {
            calls.add()
            #expect(outcome(pipeline) != nil)
        }
        pipeline.source("make", of: Int.self) { emit in
            began.rise()
            while !emit.isStopped { sched_yield() }
        }
        .sink("count") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        pipeline.cancel()
        #expect(try running.end().outcome == .cancelled && calls.value == 1)
    }

    /// A pipeline that is drained before it runs takes nothing new, and processes what is in queues that it was given.
    @Test func aDrainBeforeTheStartEndsTheSources() throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
        var producer = queue.takeProducer()
        for i in 0..<3 { #expect(producer.tryEnqueue(i).isEnqueued) }
        let (seen, back) = (Counter(), Counter())
        let pipeline = Pipeline("early")
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("none", undelivered: { _ in back.add() }) { (_: Int) in Issue.record("it runs") }
        pipeline.source("take", from: queue.takeConsumer()).sink("count") { (_: Int) in seen.add() }
        #expect(try pipeline.drain(until: .far).outcome == .running)
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil && seen.value == 3 && back.value == 1)
        #expect(try pipeline.drain(until: .now).description == report.description)
        #expect(!producer.tryEnqueue(9).isEnqueued)
    }

    /// The same, and its deadline is kept.
    @Test(arguments: [Deadline.near, .now]) func theDeadlineOfADrainBeforeTheStartIsKept(deadline: Deadline) throws {
        let stopped = Level()
        let pipeline = Pipeline("early")
        pipeline.onStop { stopped.rise() }
        pipeline.source("make", of: Int.self) { _ in stopped.wait() }.sink("none") { (_: Int) in }
        #expect(try pipeline.drain(until: deadline).outcome == .running)
        #expect(try pipeline.run().outcome == .cancelled)
    }

    /// While the queues are made, on the thread that makes them and on another one.
    @Test(arguments: [false, true]) func aDrainWhileItStartsEndsTheSources(elsewhere: Bool) throws {
        let (hooks, back) = (Hooks(), Counter())
        let pipeline = Pipeline("starts")
        pipeline.source("make", of: Int.self, over: HookedKinds.self) { emit in for i in 0... { try emit(i) } }
            .sink("none", undelivered: { _ in back.add() }) { (_: Int) in Issue.record("it runs") }
        let threads = Mutex(Threads())
        let began = Sleeper()
        hooks.once(.make) {
            guard elsewhere else {
                #expect(outcome(pipeline) == .running)
                return
            }
            threads.withLock {
                $0.start {
                    began.isMe()
                    #expect(outcome(pipeline) == .finished)
                }
            }
            began.waitUntilAsleep()
        }
        let report = try Hooks.$current.withValue(hooks) { try pipeline.run() }
        #expect(report.outcome == .finished && report.brokenLaw == nil && back.value == 1)
    }

    /// Whenever it comes, while stages start and while they run, nothing that was emitted is lost.
    @Test(arguments: [Way.ordered, .mergeWithStage, .into]) func aDrainMayComeAtAnyMoment(way: Way) throws {
        var random = Seeded(Settings.seed)
        for _ in 0..<300 {
            let endless = try Endless(way)
            let running = Running(endless.pipeline)
            for _ in 0..<random.below(2000) { _ = endless.sent.value }
            try endless.pipeline.drain(until: .far)
            let report = try running.end()
            #expect(report.outcome == .finished && report.brokenLaw == nil)
            #expect(endless.seen.value == endless.sent.value)
        }
    }

    /// A stage that has seen enough while the pipeline drains ends it early, as ever.
    @Test func anEarlyEndWhileItDrainsIsAnEarlyEnd() throws {
        let (held, goesOn) = (Level(), Level())
        let pipeline = Pipeline("enough")
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("take") { (_: Int) in
                held.rise()
                goesOn.wait()
                throw EndOfStage()
            }
        let running = Running(pipeline)
        held.wait()
        var threads = Threads()
        threads.start {
            #expect(outcome(pipeline) == .endedEarly(stage: "take"))
        }
        threads.waitUntilAsleep()
        goesOn.rise()
        threads.join()
        #expect(try running.end().outcome == .endedEarly(stage: "take"))
    }

    /// No action is called, for nothing stopped it; and it holds nothing when it has ended.
    @Test func aDrainCallsNoActionAndHoldsNothing() throws {
        weak var gone: Pipeline?
        do {
            let pipeline = Pipeline("drained")
            pipeline.onStop { Issue.record("it is called") }
            pipeline.source("make", of: Int.self) { emit in
                while !emit.isStopped && !pipeline.name.isEmpty { sched_yield() }
            }
            .sink("count") { (_: Int) in }
            gone = pipeline
            let running = Running(pipeline)
            #expect(try pipeline.drain(until: .far).outcome != .cancelled)
            #expect(try running.end().outcome == .finished)
        }
        #expect(gone == nil)
    }
}
