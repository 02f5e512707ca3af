import Pipelines
import RingQueues
import MutexQueues
import Synchronization
import TestSupport
import Testing

private struct Broken: Error, Equatable {
    var at = 0
}

/// The tutorial's topology by the fluent form.
private func tutorial<Kinds: QueueKinds>(_ kinds: Kinds.Type, elements: Int) throws -> (PipelineReport, [Int]) {
    let all = Synchronization.Mutex<[Int]>([])
    let report = try Pipeline("tutorial", capacity: 16)
        .source("produce", of: Int.self, over: kinds) { emit in
            for i in 0..<elements { try emit(i) }
        }
        .map("double", workers: 3) { (i: Int) in 2 * i }
        .sink("collect", state: { [Int]() }, end: { state in all.withLock { $0 = state } }) { $0.append($1) }
        .run()
    return (report, all.withLock { $0 })
}

private func addTooLate() throws {
    let pipeline = Pipeline("over")
    pipeline.source("count", of: Int.self) { _ in }.sink("hold") { (_: Int) in }
    try pipeline.run()
    pipeline.source("late", of: Int.self) { _ in }.sink("later") { (_: Int) in }
}

@Suite struct PipelineTests {
    @Test func everyElementArrivesOnce() throws {
        let dog = Watchdog("everyElementArrivesOnce")
        for _ in 0..<3 {
            let (report, all) = try tutorial(RingKinds.self, elements: 10_000)
            #expect(all.sorted() == (0..<10_000).map { 2 * $0 })
            #expect(report.outcome == .finished)
            #expect(report.brokenLaw == nil)
            #expect(report.stages.map(\.name) == ["produce", "double", "collect"])
            #expect(report.stages.map(\.taken) == [0, 10_000, 10_000])
            #expect(report.stages.map(\.emitted) == [10_000, 10_000, 0])
            #expect(report.edges.map(\.name) == ["produce → double", "double → collect"])
            #expect(report.edges.map(\.enqueued) == [10_000, 10_000])
            #expect(report.edges.map(\.dequeued) == [10_000, 10_000])
        }
        dog.stop()
    }

    @Test func pipelineRunsOverMutexQueues() throws {
        let dog = Watchdog("pipelineRunsOverMutexQueues")
        let (report, all) = try tutorial(SameKind<MutexMPMC>.self, elements: 10_000)
        #expect(all.sorted() == (0..<10_000).map { 2 * $0 })
        #expect(report.brokenLaw == nil)
        dog.stop()
    }

    /// Elements that cannot be copied, by hand over queues' ends, and each destroyed once.
    @Test func stagesAreWiredByHand() throws {
        let dog = Watchdog("stagesAreWiredByHand")
        let tally = Tally()
        let sum = Counter()
        var first = try Queue.make(of: Token.self, kind: SPMC.self, capacity: 8)
        var second = try Queue.make(of: Token.self, kind: MPSC.self, capacity: 8)
        let pipeline = Pipeline("by hand")
        pipeline.add(
            ProducerStage("produce", into: first.takeProducer()) { emit in
                for i in 0..<1000 { try emit(Token(i, tally)) }
            })
        pipeline.add(
            IntermediaryStage("pass", workers: 3, from: first.takeConsumer(), into: second.takeProducer()) {
                (token: consuming Token, emit: inout Emitter<Token>) in
                if token.id % 2 == 0 { try emit(token) }
            })
        pipeline.add(
            ConsumerStage("add", from: second.takeConsumer()) { (token: consuming Token) in sum.add(token.id) })
        let report = try pipeline.run()
        #expect(sum.value == (0..<1000).filter { $0 % 2 == 0 }.reduce(0, +))
        #expect(tally.created == 1000 && tally.alive == 0)
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.edges.map(\.name) == ["produce → pass", "pass → add"])
        #expect(report.edges.map(\.enqueued) == [1000, 500])
        dog.stop()
    }

    @Test func orderAndStateByHand() throws {
        let dog = Watchdog("orderAndStateByHand")
        let all = Synchronization.Mutex<[Int]>([])
        var first = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 8)
        var second = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
        let pipeline = Pipeline("by hand")
        pipeline.add(
            ProducerStage("produce", into: first.takeProducer()) { emit in for i in 0..<1000 { try emit(i) } })
        pipeline.add(
            IntermediaryStage(
                "pass", workers: 3, order: .preserve, from: first.takeConsumer(), into: second.takeProducer(),
                state: { 0 }, end: { count, emit in try emit(1000 + count) },
                body: { count, i, emit in
                    count += 1
                    try emit(i)
                }))
        pipeline.add(
            ConsumerStage("note", from: second.takeConsumer()) { (i: Int) in all.withLock { $0.append(i) } })
        let report = try pipeline.run()
        let noted = all.withLock { $0 }
        #expect(Array(noted.prefix(1000)) == Array(0..<1000))
        #expect(noted.dropFirst(1000).reduce(0) { $0 + $1 - 1000 } == 1000 && noted.count == 1003)
        #expect(report.brokenLaw == nil)
        dog.stop()
    }

    @Test(arguments: ["produce", "pass", "add"]) func anErrorInAnyStageIsThrown(failing: String) throws {
        let dog = Watchdog("anErrorInAnyStageIsThrown")
        let tally = Tally()
        let back = Counter()
        do {
            try Pipeline("fails", capacity: 4)
                .source("produce", of: Token.self) { emit in
                    for i in 0... {
                        if failing == "produce", i == 100 { throw Broken(at: i) }
                        try emit(Token(i, tally))
                    }
                }
                .map("pass", workers: 3, undelivered: { (_: consuming Token) in back.add() }) {
                    (token: consuming Token) throws -> Token in
                    if failing == "pass", token.id == 100 { throw Broken(at: 100) }
                    return token
                }
                .sink("add", undelivered: { (_: consuming Token) in back.add() }) { (token: consuming Token) in
                    if failing == "add", token.id == 100 { throw Broken(at: 100) }
                }
                .run()
            Issue.record("run() threw nothing")
        } catch let failure as PipelineFailure {
            #expect(failure.error as? Broken == Broken(at: 100))
            #expect(failure.stage == failing)
            #expect(failure.report.outcome == .failed(stage: failing))
            #expect(failure.report.brokenLaw == nil)
            let turned = failure.report.edges.reduce(0) { $0 + $1.undelivered }
            #expect(back.value == turned)
        }
        #expect(tally.alive == 0)
        dog.stop()
    }

    @Test func cancelReleasesAllAndReturnsElements() throws {
        let dog = Watchdog("cancelReleasesAllAndReturnsElements")
        let back = Counter()
        let pipeline = Pipeline("cancelled", capacity: 4)
        pipeline
            .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .sink("hold", undelivered: { _ in back.add() }) { (i: Int) in
                if i == 20 { pipeline.cancel() }
            }
        let report = try pipeline.run()
        #expect(report.outcome == .cancelled)
        #expect(report.brokenLaw == nil)
        #expect(back.value == report.edges[0].undelivered)
        #expect(report.stages[1].taken == 21)
        dog.stop()
    }

    /// A stop after the end changes neither the end nor the elements that were passed on.
    @Test func cancelAfterTheEndChangesNothing() throws {
        let dog = Watchdog("cancelAfterTheEndChangesNothing")
        let pipeline = Pipeline("over")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var consumer = queue.takeConsumer()
        pipeline.source("count", of: Int.self) { emit in try emit(1) }.into(queue.takeProducer())
        try pipeline.run()
        pipeline.cancel()
        pipeline.fail(Broken())
        #expect(pipeline.shutdown(until: .now).outcome == .finished)
        #expect(pipeline.snapshot().outcome == .finished)
        #expect(consumer.dequeue() == 1)
        dog.stop()
    }

    @Test func cancelBeforeTheStartIsEnough() throws {
        let dog = Watchdog("cancelBeforeTheStartIsEnough")
        let pipeline = Pipeline("never")
        pipeline.cancel()
        let flow = pipeline.source("count", of: Int.self) { emit in Issue.record("it runs") }
        pipeline.cancel()
        flow.sink("hold") { (_: Int) in }
        let report = try pipeline.run()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
        dog.stop()
    }

    @Test func lateStageIsRefused() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try addTooLate()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("was added to a pipeline that has been run"))
    }

    @Test func incompletePipelineIsNotRun() throws {
        let dog = Watchdog("incompletePipelineIsNotRun")
        #expect(throws: PipelineError.empty) { try Pipeline("empty").run() }
        let open = Pipeline("open")
        _ = open.source("count", of: Int.self) { _ in }
        #expect(throws: PipelineError.unconnected(stage: "count")) { try open.run() }
        let twice = Pipeline("twice")
        twice.source("count", of: Int.self) { _ in }.sink("hold") { (_: Int) in }
        try twice.run()
        #expect(throws: PipelineError.alreadyRun) { try twice.run() }
        let large = Pipeline("large", capacity: 0)
        large.source("count", of: Int.self) { _ in }.sink("hold") { (_: Int) in }
        #expect(throws: QueueError.invalidCapacity(0)) { try large.run() }
        dog.stop()
    }

    @Test(arguments: [1, 3]) func orderIsPreserved(workers: Int) throws {
        let dog = Watchdog("orderIsPreserved")
        let last = Counter()
        let report = try Pipeline("ordered", capacity: 8)
            .source("count", of: Int.self) { emit in for i in 0..<20_000 { try emit(i) } }
            .flatMap("twice", of: Int.self, workers: workers, order: .preserve(window: 5)) { i, emit in
                if i % 3 == 0 { return }
                try emit(2 * i)
                try emit(2 * i + 1)
            }
            .sink("check") { (i: Int) in
                #expect(i >= last.value)
                last.add(i + 1 - last.value)
            }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[2].taken == 2 * (20_000 - 6667))
        dog.stop()
    }

    @Test func branchesAllGetEverything() throws {
        let dog = Watchdog("branchesAllGetEverything")
        let sums = [Counter(), Counter(), Counter()]
        let pipeline = Pipeline("branches", capacity: 4)
        pipeline
            .source("count", of: Int.self) { emit in for i in 0..<1000 { try emit(i) } }
            .broadcast(
                { $0.sink("a") { (i: Int) in sums[0].add(i) } },
                { $0.map("times") { (i: Int) in 2 * i }.sink("b") { (i: Int) in sums[1].add(i) } },
                { $0.sink("c") { (i: Int) in if sums[2].add(1) == 10 { throw EndOfStage() } } })
        let report = try pipeline.run()
        #expect(sums.map(\.value) == [499_500, 999_000, 10])
        #expect(report.outcome == .endedEarly(stage: "c") && report.brokenLaw == nil)
        #expect(report.stages[0].emitted == 3000)
        dog.stop()
    }

    @Test func theSameKeyGoesToTheSameWorker() throws {
        let dog = Watchdog("theSameKeyGoesToTheSameWorker")
        let seen = Synchronization.Mutex<[Int: Set<UInt>]>([:])
        let pipeline = Pipeline("keys", capacity: 4)
        let report =
            try pipeline
            .source("count", of: Int.self) { emit in for i in 0..<5000 { try emit(i) } }
            .partition { $0 % 17 }
            .sink(
                "note", workers: 3, state: { [Int]() },
                end: { state in
                    var last: [Int: Int] = [:]
                    for i in state {
                        #expect(last[i % 17] ?? -1 < i)
                        last[i % 17] = i
                    }
                    let me = UInt(bitPattern: state.hashValue)
                    seen.withLock { seen in for i in state { seen[i % 17, default: []].insert(me) } }
                }
            ) { $0.append($1) }
            .run()
        #expect(seen.withLock { $0.values.allSatisfy { $0.count == 1 } })
        #expect(seen.withLock { $0.count } == 17)
        #expect(report.brokenLaw == nil && report.outcome == .finished)
        dog.stop()
    }

    @Test func batchesAreFullButForTheLast() throws {
        let dog = Watchdog("batchesAreFullButForTheLast")
        let sizes = Synchronization.Mutex<[Int]>([])
        let report = try Pipeline("batches")
            .source("count", of: Int.self) { emit in for i in 0..<250 { try emit(i) } }
            .filter("even") { $0 % 2 == 0 }
            .batch("gather", max: 100)
            .sink("note") { (batch: [Int]) in sizes.withLock { $0.append(batch.count) } }
            .run()
        #expect(sizes.withLock { $0 } == [100, 25])
        #expect(report.brokenLaw == nil)
        dog.stop()
    }

    /// The source waits for the batch, which only the time can complete.
    @Test func timeCompletesABatch() throws {
        let dog = Watchdog("timeCompletesABatch")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let answer = Exchange<Consumer<Int, SPSC>>()
        answer.leave(queue.takeConsumer())
        let reply = Exchange<Producer<Int, SPSC>>()
        reply.leave(queue.takeProducer())
        let report = try Pipeline("timed")
            .source("ask", of: Int.self) { emit in
                var answers = answer.take()!
                for i in 0..<3 {
                    try emit(i)
                    #expect(answers.dequeue() == i)
                }
            }
            .batch("gather", max: 100, within: .milliseconds(1))
            .sink("reply", state: { reply.take()! }) { replies, batch in
                _ = replies.enqueue(batch[0])
            }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        dog.stop()
    }

    @Test func flowsMerge() throws {
        let dog = Watchdog("flowsMerge")
        let sum = Counter()
        let pipeline = Pipeline("merged", capacity: 4)
        let small = pipeline.source("small", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
        let large = pipeline.source("large", of: Int.self) { emit in for i in 100..<200 { try emit(i) } }
        let report = try small.merge(large).sink("add") { (i: Int) in sum.add(i) }.run()
        #expect(sum.value == 19_900)
        #expect(report.edges.map(\.name) == ["small+large → add"])
        #expect(report.brokenLaw == nil)
        dog.stop()
    }

    /// A source that checks and returns, instead of being refused, does not finish the queue that has failed.
    @Test func failureIsNotAFinish() throws {
        let dog = Watchdog("failureIsNotAFinish")
        for _ in 0..<50 {
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
            var consumer = queue.takeConsumer()
            let pipeline = Pipeline("fails")
            pipeline.source("look", of: Int.self) { emit in while !emit.isStopped {} }.into(queue.takeProducer())
            var threads = Threads()
            threads.start { pipeline.fail(Broken()) }
            #expect(throws: PipelineFailure.self) { try pipeline.run() }
            while consumer.dequeue() != nil {}
            let isFailure = if case .failed = consumer.poison { true } else { false }
            #expect(isFailure)
            threads.join()
        }
        dog.stop()
    }

    @Test(arguments: [false, true]) func pipelinesChain(fails: Bool) throws {
        let dog = Watchdog("pipelinesChain")
        let sum = Counter()
        var between = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let first = Pipeline("first")
        first.source("count", of: Int.self) { emit in for i in 0..<1000 { try emit(i) } }
            .into(between.takeProducer())
        // Small queues all the way: the first one is not yet at its end when the second one fails.
        let second = Pipeline("second", capacity: 4)
        second.source("from first", from: between.takeConsumer())
            .sink("add") { (i: Int) in
                if fails, i == 500 { throw Broken() }
                sum.add(i)
            }
        var threads = Threads()
        threads.start {
            do {
                let report = try first.run()
                #expect(!fails && report.brokenLaw == nil && report.outcome == .finished)
            } catch let failure as PipelineFailure {
                #expect(fails && failure.error is Broken)
            } catch { Issue.record("\(error)") }
        }
        do {
            let report = try second.run()
            #expect(!fails && report.brokenLaw == nil && sum.value == 499_500)
        } catch let failure as PipelineFailure {
            #expect(fails && failure.error is Broken && failure.stage == "add")
        }
        threads.join()
        dog.stop()
    }
}
