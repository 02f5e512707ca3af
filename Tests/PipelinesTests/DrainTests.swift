import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

private struct Broken: Error, Equatable {}

/// A drain: the sources end, and what they have emitted runs to its end.
@Suite(.watched) struct DrainTests {
    /// Each element whose emit returned is processed, whatever its way; of each source, one emit throws.
    @Test(arguments: Way.allCases) func everythingThatWasEmittedRunsToItsEnd(way: Way) throws {
        let endless = try Endless(way)
        let running = Running(endless.pipeline)
        // Gathered elements are counted at the end.
        while (way == .states ? endless.sent : endless.seen).value < 3000 { sched_yield() }
        let report = try endless.pipeline.drain(until: .far)
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        // An element that is refused where there is no room was emitted as well.
        let refused = way == .refused ? endless.undelivered.value - 1 : 0
        #expect(endless.seen.value + refused == way.copies * endless.sent.value)
        if way != .into && way != .byHand { #expect(endless.undelivered.value - refused == way.sources) }
        let firsts = report.stages.filter { $0.name.hasPrefix("make") }
        let emitted = firsts.reduce(0) { $0 + $1.emitted }
        #expect(emitted == way.queues * endless.sent.value + (way == .broadcast ? 2 : way.sources))
        if [.ordered, .orderedFlatMap, .inlineOrdered].contains(way) { #expect(endless.isInOrder) }
        #expect(try running.end().description == report.description)
    }

    /// A producer outside of the pipeline is refused from then on; what is in its queue is processed.
    @Test(arguments: [false, true]) func aQueueThatOthersFillIsFinished(isMerged: Bool) throws {
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
        let (sent, seen) = (Counter(), Counter())
        let pipeline = Pipeline("fed")
        let flow = pipeline.source("take", from: queue.takeConsumer())
        if isMerged {
            let own = pipeline.source("make", of: Int.self) { emit in
                while true {
                    try emit(0)
                    sent.add()
                }
            }
            flow.merge(own).sink("count") { (_: Int) in seen.add() }
        } else {
            flow.sink("count") { (_: Int) in seen.add() }
        }
        let running = Running(pipeline)
        var threads = Threads()
        threads.start(queue.takeProducer()) { producer in while producer.enqueue(1).isEnqueued { sent.add() } }
        while seen.value < 1000 { sched_yield() }
        let report = try pipeline.drain(until: .far)
        #expect(report.outcome == .finished && report.brokenLaw == nil && seen.value == sent.value)
        threads.join()
        #expect(try running.end().outcome == .finished)
    }

    /// A queue gets elements from a stage and from outside: it is finished when the stage has ended, not before.
    @Test func aQueueIsFinishedAfterTheLastStageThatFillsIt() throws {
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
        let (seen, isHeld, goesOn) = (Counter(), Level(), Level())
        // It keeps the stream open.
        let outside = queue.takeProducer()
        let pipeline = Pipeline("fed by both")
        pipeline.source("make", of: Int.self) { emit in
            for i in 0..<5 { try emit(i) }
            while !emit.isStopped { sched_yield() }
        }
        .map("hold") { (i: Int) in
            isHeld.rise()
            goesOn.wait()
            return i
        }
        .into(outside.clone())
        pipeline.source("take", from: queue.takeConsumer()).sink("count") { (_: Int) in seen.add() }
        let running = Running(pipeline)
        isHeld.wait()
        var threads = Threads()
        threads.start { #expect(outcome(pipeline) != nil) }
        while !pipeline.explain().contains("make ended") { sched_yield() }
        goesOn.rise()
        threads.join()
        let report = try running.end()
        #expect(report.outcome == .finished && report.brokenLaw == nil && seen.value == 5)
        _ = consume outside
    }

    /// A queue that a flow goes into belongs to its consumers: other producers go on.
    @Test func aQueueThatAFlowGoesIntoStaysOpenForOthers() throws {
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
        var other = queue.takeProducer()
        var consumer = queue.takeConsumer()
        let pipeline = Pipeline("one of two")
        let began = Level()
        pipeline.source("make", of: Int.self) { emit in
            began.rise()
            while !emit.isStopped { sched_yield() }
        }
        .into(other.clone())
        let running = Running(pipeline)
        began.wait()
        #expect(try pipeline.drain(until: .far).outcome == .finished)
        #expect(other.tryEnqueue(7).isEnqueued)
        if case .dequeued(7) = consumer.tryDequeue() {} else { Issue.record("it was closed") }
        #expect(try running.end().outcome == .finished)
    }

    /// The source waits for room, or at the bound, when the drain comes; that element is processed.
    @Test(arguments: [nil, 2]) func anEmitThatWaitsForRoomIsNotRefused(bound: Int?) throws {
        let (sent, before) = (Counter(), Counter())
        let pipeline = Pipeline("full", capacity: 1, inFlight: bound)
        let waiting = "make waiting \(bound == nil ? "to enqueue" : "for elements in flight")"
        pipeline.source("make", of: Int.self) { emit in
            for i in 0... {
                try emit(i)
                sent.add()
            }
        }
        .sink("drain") { (i: Int) in
            guard i == 0 else { return }
            while !pipeline.explain().contains(waiting) { sched_yield() }
            before.add(sent.value)
            #expect(outcome(pipeline) == .running)
        }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(sent.value == before.value + 1 && report.stages[1].completed == sent.value)
    }

    /// What a drained source emits is refused at once: what would make room at the bound may wait for the source's end.
    @Test func aDrainedSourceDoesNotWaitAtTheBound() throws {
        let goesOn = Level()
        let pipeline = Pipeline("bound", inFlight: 1)
        pipeline.source("make", of: Int.self) { emit in
            try emit(0)
            goesOn.wait()
            try emit(1)
        }
        .sink("drain") { (_: Int) in
            #expect(outcome(pipeline) == .running)
            goesOn.rise()
            while !pipeline.explain().contains("make ended") { sched_yield() }
        }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.stages[0].refused == 1)
    }

    /// The very next emit throws, also where there is room and where transforms come first.
    @Test(arguments: [false, true]) func theNextEmitThrows(isInline: Bool) throws {
        let (seen, undelivered) = (Counter(), Counter())
        let pipeline = Pipeline("room")
        let flow = pipeline.source("make", of: Int.self) { emit in
            for i in 0... {
                if i == 10 { #expect(outcome(pipeline) == .running) }
                try emit(i)
            }
        }
        let report = try (isInline ? flow.map { $0 }.filter { _ in true } : flow)
            .sink("count", undelivered: { i in undelivered.add(i) }) { (_: Int) in seen.add() }
            .run()
        #expect(report.outcome == .finished && seen.value == 10 && undelivered.value == 10)
    }

    /// The drain comes while an element is in an inline flatMap: all that is made of it goes on, and the next is refused.
    @Test func anElementInATransformIsNotRefused() throws {
        let seen = Counter()
        let pipeline = Pipeline("within")
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .flatMap(of: Int.self) { i, emit in
                try emit(i)
                if i == 10 {
                    #expect(outcome(pipeline) == .running)
                    if emit.isStopped { Issue.record("it is to go on") }
                }
                try emit(i)
            }
            .sink("count") { (_: Int) in seen.add() }
        let report = try pipeline.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil && seen.value == 22)
        #expect(report.stages[0].refused == 1)
    }

    /// A source that emits nothing sees the drain by isStopped; a stage after it is as before.
    @Test func isStoppedTellsASourceOfTheDrain() throws {
        let (began, goesOn) = (Level(), Level())
        let pipeline = Pipeline("looks")
        pipeline.source("make", of: Int.self) { emit in
            try emit(1)
            while !emit.isStopped { sched_yield() }
        }
        .flatMap("look", of: Int.self) { i, emit in
            began.rise()
            goesOn.wait()
            if emit.isStopped { Issue.record("a stage is stopped") }
            try emit(i)
        }
        .sink("count") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        var threads = Threads()
        threads.start { #expect(outcome(pipeline) != nil) }
        while !pipeline.explain().contains("make ended") { sched_yield() }
        goesOn.rise()
        threads.join()
        let report = try running.end()
        #expect(report.outcome == .finished && report.stages[2].completed == 1)
    }

    /// A body throws while the pipeline drains: the drain throws what run() throws.
    @Test func anErrorWhileItDrainsIsThrown() throws {
        let (held, goesOn) = (Level(), Level())
        let pipeline = Pipeline("fails")
        pipeline.source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("break") { (_: Int) in
                held.rise()
                goesOn.wait()
                throw Broken()
            }
        let running = Running(pipeline)
        held.wait()
        var threads = Threads()
        threads.start {
            let failure = #expect(throws: PipelineFailure.self) { try pipeline.drain(until: .far) }
            #expect(failure?.error is Broken && failure?.stage == "break" && failure?.report.brokenLaw == nil)
        }
        threads.waitUntilAsleep()
        goesOn.rise()
        threads.join()
        let result = running.result()
        #expect(throws: PipelineFailure.self) { try result.get() }
        // After the end as well.
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.drain(until: .far) }
        #expect(failure?.report.outcome == .failed(stage: "break"))
    }
}
