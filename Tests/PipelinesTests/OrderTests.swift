import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Stages that preserve the order: what they hold, what they wait for, and how they end.
@Suite(.watched) struct OrderTests {
    /// More than an outbox holds, and less than would fill a machine's memory if nothing bounds it.
    private static let plenty = 1_000_000
    /// The most that an outbox holds.
    static let bound = 64

    /// Emits until it is refused. Records an issue if it never is.
    private static func emitEndlessly(_ emit: inout Emitter<Int>) throws {
        for n in 0..<plenty { try emit(n) }
        throw Fault(at: plenty)
    }

    static func count(_ pipeline: Pipeline, to end: Int) -> Flow<Int, SingleWorker, RingKinds> {
        pipeline.source("count", of: Int.self) { emit in for n in 0..<end { try emit(n) } }
    }

    // MARK: Bodies without end

    @Test(arguments: [1, 2, 4], [0, 1]) func aFailureStopsABodyThatEmitsEndlessly(workers: Int, at: Int) throws {
        let pipeline = Self.count(Pipeline("fails", capacity: 8), to: 2)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve) { n, emit in
                if n == at { try Self.emitEndlessly(&emit) }
                try emit(n)
            }
            .sink("throw") { (_: Int) in throw Fault(at: 7) }
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(failure?.error as? Fault == Fault(at: 7) && failure?.report.brokenLaw == nil)
    }

    @Test(arguments: [1, 2, 4], [0, 1]) func aSinkThatHasSeenEnoughStopsABodyThatEmitsEndlessly(workers: Int, at: Int)
        throws
    {
        let report = try Self.count(Pipeline("enough", capacity: 8), to: 2)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve) { n, emit in
                if n == at { try Self.emitEndlessly(&emit) }
                try emit(n)
            }
            .sink("take") { (_: Int) in throw EndOfStage() }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
    }

    enum Stop: CaseIterable { case cancel, fail, shutdown }

    /// The bodies of all workers emit without end, and the sink holds the first element until the stop.
    @Test(arguments: Stop.allCases, [1, 3]) func aStopEndsBodiesThatEmitEndlessly(stop: Stop, workers: Int) throws {
        let (isHeld, refused, released) = (Level(), Counter(), Level())
        let pipeline = Pipeline("stopped", capacity: 8)
        pipeline.onStop { released.rise() }
        Self.count(pipeline, to: workers)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve) { _, emit in
                do { try Self.emitEndlessly(&emit) } catch {
                    let isStopped = emit.isStopped
                    #expect(error is QueueClosed && isStopped)
                    refused.add()
                    throw error
                }
            }
            .sink("hold") { (_: Int) in
                isHeld.rise()
                released.wait()
            }
        var threads = Threads()
        threads.start {
            isHeld.wait()
            switch stop {
            case .cancel: pipeline.cancel()
            case .fail: pipeline.fail(Fault(at: 3))
            case .shutdown: pipeline.shutdown(until: .after(.seconds(1000)))
            }
        }
        let result = Result { try pipeline.run() }
        threads.join()
        if stop == .fail {
            #expect(throws: PipelineFailure.self) { try result.get() }
        } else {
            #expect(try result.get().outcome == .cancelled)
        }
        #expect(pipeline.snapshot().brokenLaw == nil)
        #expect(refused.value >= 1 && refused.value == pipeline.snapshot().stages[1].taken)
    }

    @Test(arguments: [1, 3]) func aStageByHandStopsABodyThatEmitsEndlessly(workers: Int) throws {
        var near = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 8)
        var far = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
        let pipeline = Pipeline("by hand")
        pipeline.add(ProducerStage("count", into: near.takeProducer()) { emit in for n in 0..<4 { try emit(n) } })
        pipeline.add(
            IntermediaryStage(
                "wide", workers: workers, order: .preserve, from: near.takeConsumer(), into: far.takeProducer()
            ) { (_: Int, emit: inout Emitter<Int>) in try Self.emitEndlessly(&emit) })
        pipeline.add(ConsumerStage("take", from: far.takeConsumer()) { (n: Int) in if n == 200 { throw EndOfStage() } })
        let report = try pipeline.run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
    }

    @Test(arguments: [1, 3]) func emittingEndlesslyAtTheEndIsStopped(workers: Int) throws {
        let report = try Self.count(Pipeline("ends", capacity: 8), to: 10)
            .flatMap(
                "wide", of: Int.self, workers: workers, order: .preserve, state: {},
                end: { _, emit in try Self.emitEndlessly(&emit) }, body: { _, _, _ in }
            )
            .sink("take") { (n: Int) in if n == 100 { throw EndOfStage() } }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
    }

    // MARK: Delivery

    /// The bodies wait until the sink has seen what they have emitted.
    @Test(arguments: [1, 3]) func theWorkerWhoseTurnItIsEmitsStraightOn(workers: Int) throws {
        let seen = Level()
        let rounds = 100
        let report = try Self.count(Pipeline("straight", capacity: 8), to: 3)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve) { n, emit in
                for k in 0..<rounds {
                    try emit(n * rounds + k)
                    // Ahead of its turn, the elements emitted before are passed on with the next one.
                    if n == 0 || k > Self.bound { seen.wait(for: n * rounds + k + 1) }
                }
            }
            .sink("see") { (_: Int) in seen.rise() }
            .run()
        #expect(report.outcome == .finished && report.stages[2].taken == 3 * rounds && report.brokenLaw == nil)
    }

    /// The sink waits for nothing, so what the stage holds is all that could grow.
    @Test(arguments: [1, 4], [false, true]) func memoryIsBounded(workers: Int, atTheEnd: Bool) throws {
        let (tally, most) = (Tally(), Peak())
        let (capacity, window, each) = (8, 3, 20_000)
        @Sendable func emitMany(_ emit: inout Emitter<Witness>) throws {
            for n in 0..<each {
                try emit(Witness(n, tally))
                if n % 64 == 0 { most.note(tally.alive) }
            }
        }
        let report = try Self.count(Pipeline("bounded", capacity: capacity), to: workers)
            .flatMap(
                "wide", of: Witness.self, workers: workers, order: .preserve(window: window), state: {},
                end: { _, emit in if atTheEnd { try emitMany(&emit) } },
                body: { _, _, emit in if !atTheEnd { try emitMany(&emit) } }
            )
            .sink("take") { (_: Witness) in }
            .run()
        #expect(report.outcome == .finished && report.stages[2].taken == workers * each && report.brokenLaw == nil)
        // In outboxes and hands of the workers, in the queue, and with the sink, which takes up to 64.
        #expect(most.value <= (window + workers) * (Self.bound + 1) + capacity + 64 + 1)
        #expect(tally.alive == 0)
    }

    /// No stage takes: the outboxes fill up, and each worker waits.
    @Test func aFullOutboxWaitsForItsTurn() throws {
        let (emitted, released) = (Counter(), Level())
        let pipeline = Pipeline("full", capacity: 8)
        Self.count(pipeline, to: 3)
            .flatMap("wide", of: Int.self, workers: 3, order: .preserve) { n, emit in
                if n == 0 { released.wait() }
                for k in 0..<200 {
                    try emit(n * 200 + k)
                    if n > 0 { emitted.add() }
                }
            }
            .sink("take") { (_: Int) in }
        var threads = Threads()
        threads.start {
            while !pipeline.explain().contains("wide ×2 waiting for the turn of its element") { sched_yield() }
            #expect(emitted.value == 2 * Self.bound)
            #expect(pipeline.snapshot().stages[2].taken == 0)
            released.rise()
        }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .finished && report.stages[2].taken == 600 && report.brokenLaw == nil)
    }

    /// Some bodies emit nothing, some less than an outbox holds, some exactly as much, some more.
    @Test(arguments: [1, 2, 3, 5], [1, 2, 7]) func theOrderIsKeptHoweverMuchABodyEmits(workers: Int, window: Int) throws
    {
        let counts = [0, 1, 63, 64, 65, 200, 0, 1, 1, 1]
        let (elements, each) = (500, 1000)
        let next = Synchronization.Mutex((element: 0, place: 0))
        let report = try Self.count(Pipeline("order", capacity: 4), to: elements)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve(window: window)) { n, emit in
                for k in 0..<counts[n % counts.count] { try emit(n * each + k) }
            }
            .sink("check") { (n: Int) in
                next.withLock { next in
                    while next.place == counts[next.element % counts.count] { next = (next.element + 1, 0) }
                    #expect(n == next.element * each + next.place)
                    next.place += 1
                }
            }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[2].taken == elements / counts.count * counts.reduce(0, +))
    }

    /// Four elements a worker: the first body holds up its number, and the sibling works until the window is full.
    @Test func theWindowHasFourElementsForEachWorker() throws {
        let (begun, released) = (Counter(), Level())
        let pipeline = Pipeline("window", capacity: 64)
        Self.count(pipeline, to: 50)
            .map("pass", workers: 2, order: .preserve) { (n: Int) in
                begun.add()
                if n == 0 { released.wait() }
                return n
            }
            .sink("take") { (_: Int) in }
        var threads = Threads()
        threads.start {
            while !pipeline.explain().contains("pass ×1 waiting for the turn of its element") { sched_yield() }
            // Eight in the window, and one whose body has returned.
            #expect(begun.value == 9)
            released.rise()
        }
        #expect(try pipeline.run().outcome == .finished)
        threads.join()
    }

    /// Nearly every element waits for its turn. A worker that found out by itself, when it looks whether to stop, would
    /// outlast the patience of the watchdog.
    @Test func turnsAreSignalled() throws {
        let next = Counter()
        let report = try Self.count(Pipeline("signals", capacity: 16), to: 20_000)
            .map("pass", workers: 5, order: .preserve(window: 1)) { (n: Int) in n }
            .sink("check") { (n: Int) in #expect(next.add() == n + 1) }
            .run()
        #expect(report.outcome == .finished && next.value == 20_000)
    }

    // MARK: Waits that end

    enum Release: CaseIterable { case cancel, sinkEnds, othersLeave }

    /// The body whose turn it is returns only when its sibling's, which waits for its turn, has been refused.
    @Test(arguments: Release.allCases) func aWaitForTheTurnEndsWhenNobodyWantsMore(release: Release) throws {
        let (waiting, refused) = (Sleeper(), Level())
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
        let consumer = queue.takeConsumer()
        let pipeline = Pipeline("waits", capacity: 4)
        let flow = Self.count(pipeline, to: 2)
            .flatMap("wide", of: Int.self, workers: 2, order: .preserve) { n, emit in
                if n == 0 {
                    try emit(0)
                    return refused.wait()
                }
                waiting.isMe()
                do {
                    for n in 0..<Self.plenty { try emit(n) }
                } catch {
                    let isStopped = emit.isStopped
                    #expect(isStopped)
                    refused.rise()
                    throw error
                }
            }
        var threads = Threads()
        if release == .othersLeave {
            flow.into(queue.takeProducer())
            threads.start(consumer) { consumer in
                _ = consumer.dequeue()
                waiting.waitUntilAsleep()
            }
        } else {
            flow.sink("take") { (_: Int) in
                waiting.waitUntilAsleep()
                if release == .cancel { pipeline.cancel() } else { throw EndOfStage() }
            }
        }
        let report = try pipeline.run()
        threads.join()
        #expect(
            report.outcome
                == (release == .cancel ? .cancelled : .endedEarly(stage: release == .sinkEnds ? "take" : "wide")))
        #expect(report.brokenLaw == nil)
    }

    /// The same for a worker that is further ahead than the window.
    @Test(arguments: [false, true]) func aWaitForTheWindowEndsWhenNobodyWantsMore(isCancelled: Bool) throws {
        let pipeline = Pipeline("window", capacity: 4)
        let (tally, back) = (Tally(), Counter())
        Self.count(pipeline, to: 4)
            .flatMap("wide", of: Witness.self, workers: 2, order: .preserve(window: 2)) { n, emit in
                try emit(Witness(n, tally))
                if n == 0 { while !pipeline.explain().contains("wide ×1 ended") { sched_yield() } }
            }
            .sink("take", undelivered: { _ in back.add() }) { (_: Witness) in
                while !pipeline.explain().contains("wide ×1 waiting for the turn of its element") { sched_yield() }
                if isCancelled { pipeline.cancel() } else { throw EndOfStage() }
            }
        let report = try pipeline.run()
        #expect(report.outcome == (isCancelled ? .cancelled : .endedEarly(stage: "take")) && report.brokenLaw == nil)
        // Those of the sibling: one in the window, one in its hands.
        #expect(back.value == 2 && report.stages[1].refused == 2 && tally.alive == 0)
    }

    /// A queue of other code sees no gap in its elements, whenever the stop comes.
    @Test func aStopLeavesAPrefix() throws {
        let rounds = 100
        for round in 0..<rounds {
            var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 64)
            let pipeline = Pipeline("prefix", capacity: 4)
            Self.count(pipeline, to: 1000)
                .flatMap("wide", of: Int.self, workers: 3, order: .preserve) { n, emit in
                    for k in 0..<100 { try emit(100 * n + k) }
                }
                .into(queue.takeProducer())
            var threads = Threads()
            threads.start(queue.takeConsumer()) { consumer in
                var next = 0
                while let n = consumer.dequeue() {
                    #expect(n == next)
                    next += 1
                    if next == 17 * round { pipeline.cancel() }
                }
            }
            let report = try pipeline.run()
            threads.join()
            #expect(report.brokenLaw == nil)
        }
    }

    // MARK: Other ways in and out

    @Test(arguments: [1, 3]) func branchesGetTheOrderAndEndABodyTogether(workers: Int) throws {
        let (one, other) = (Counter(), Counter())
        let report = try Self.count(Pipeline("branches", capacity: 4), to: 3)
            .flatMap("wide", of: Int.self, workers: workers, order: .preserve) { _, emit in
                try Self.emitEndlessly(&emit)
            }
            .broadcast(
                { $0.sink("one") { (n: Int) in if one.add() == n + 1, n == 10 { throw EndOfStage() } } },
                { $0.sink("other") { (n: Int) in if other.add() == n + 1, n == 300 { throw EndOfStage() } } }
            )
            .run()
        #expect(report.brokenLaw == nil && one.value == 11 && other.value == 301)
    }

    /// Lanes before the stage and after it: each lane keeps its order.
    @Test(arguments: [2, 5]) func lanesKeepTheOrder(workers: Int) throws {
        let (elements, each) = (200, 100)
        let report = try Self.count(Pipeline("lanes", capacity: 4), to: elements)
            .partition { $0 % 7 }
            .flatMap("wide", of: [Int].self, workers: workers, order: .preserve) { n, emit in
                for k in 0..<each { try emit([n % 7, k % 3, n * each + k]) }
            }
            .partition { $0[1] }
            .sink("check", workers: 3, state: { [Int: Int]() }) { (lasts, n: [Int]) in
                // The elements of one lane before and one after.
                let lanes = 3 * n[0] + n[1]
                #expect(lasts[lanes, default: -1] < n[2])
                lasts[lanes] = n[2]
            }
            .run()
        #expect(report.outcome == .finished && report.stages[2].taken == elements * each && report.brokenLaw == nil)
    }

    /// A bound on the elements in flight counts the elements in outboxes, and holds up no turn.
    @Test(arguments: [1, 2, 5]) func aBoundHoldsNoTurnUp(bound: Int) throws {
        let report = try Self.count(Pipeline("bound", capacity: 4, inFlight: bound), to: 200)
            .flatMap("wide", of: Int.self, workers: 3, order: .preserve) { n, emit in
                for k in 0..<(n % 3) * 70 { try emit(k) }
            }
            .sink("take") { (_: Int) in }
            .run()
        #expect(report.outcome == .finished && report.stages[2].taken == (0..<200).reduce(0) { $0 + $1 % 3 * 70 })
        #expect(report.edges[0].highWater <= bound && report.brokenLaw == nil)
    }
}

/// The largest of the numbers that threads have noted.
private final class Peak: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .relaxed) }
    func note(_ number: Int) { self.number.max(number, ordering: .relaxed) }
}
