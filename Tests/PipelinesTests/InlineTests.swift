import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Elements that came to the end, in their order.
private final class Seen<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    var all: [Element] { elements.withLock { $0 } }
    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Which threads have been somewhere.
private final class Visitors: Sendable {
    private let threads = Mutex<Set<UInt>>([])
    var all: Set<UInt> { threads.withLock { $0 } }
    func come() { _ = threads.withLock { $0.insert(UInt(pthread_self())) } }
}

private func count(_ pipeline: Pipeline, to end: Int) -> Flow<Int, SingleWorker, RingKinds> {
    pipeline.source("make", of: Int.self) { emit in for i in 0..<end { try emit(i) } }
}

/// Transforms without a name run on the threads of the stage before them.
@Suite(.watched) struct InlineTests {
    /// Ten of them: two stages, two threads, one queue.
    @Test func transformsWithoutANameHaveNeitherThreadNorQueue() throws {
        let (seen, made, transformed) = (Seen<String>(), Visitors(), Visitors())
        let report = try Pipeline("inline")
            .source("make", of: Int.self) { emit in
                made.come()
                for i in 0..<100 { try emit(i) }
            }
            .map { i in
                transformed.come()
                return i + 1
            }
            .filter { $0 % 2 == 0 }.map { $0 * 10 }.compactMap { $0 % 40 == 0 ? nil : $0 }
            .flatMap(of: Int.self) { i, emit in
                transformed.come()
                try emit(i)
                try emit(i + 1)
            }
            .filter { $0 > 0 }.map { $0 }.map { $0 }.map { $0 }.map { "\($0)" }
            .sink("take") { seen.add($0) }
            .run()
        let kept = (1...100).filter { $0 % 2 == 0 && $0 % 4 != 0 }.flatMap { ["\($0 * 10)", "\($0 * 10 + 1)"] }
        #expect(seen.all == kept)
        #expect(transformed.all == made.all && made.all.count == 1)
        #expect(report.stages.map(\.name) == ["make", "take"] && report.edges.map(\.name) == ["make → take"])
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(report.stages[0].emitted == kept.count && report.stages[1].taken == kept.count)
    }

    /// A name gives threads: those of the next stage do not run them.
    @Test func aNamedStageBetweenThemHasItsOwnThreads() throws {
        let (before, stage, after) = (Visitors(), Visitors(), Visitors())
        let sum = Counter()
        let report = try count(Pipeline("mixed"), to: 300)
            .map { i in
                before.come()
                return i
            }
            .map("work", workers: 3) { (i: Int) in
                stage.come()
                return i
            }
            .map { i in
                after.come()
                return i
            }
            .sink("add") { (i: Int) in sum.add(i) }
            .run()
        #expect(sum.value == 300 * 299 / 2 && report.stages.count == 3)
        #expect(before.all.count == 1 && before.all.isDisjoint(with: stage.all) && after.all == stage.all)
    }

    /// The order is kept, and the transforms of several workers run side by side: each waits for the others.
    @Test(arguments: [false, true]) func theOrderIsKept(isTapped: Bool) throws {
        let (seen, inside) = (Seen<Int>(), Level())
        let flow = count(Pipeline("ordered"), to: 3000).map("work", workers: 3, order: .preserve) { (i: Int) in i }
        let tapped = Counter()
        let report = try (isTapped ? flow.tap { _ in tapped.add() } : flow)
            .map { i in
                if i < 3 {
                    inside.rise()
                    inside.wait(for: 3)
                }
                return i * 2
            }
            .filter { $0 % 6 != 0 }
            .flatMap(of: Int.self) { i, emit in for copy in 0..<(i % 5) { try emit(i * 10 + copy) } }
            .sink("take") { seen.add($0) }
            .run()
        let expected = (0..<3000).map { $0 * 2 }.filter { $0 % 6 != 0 }
            .flatMap { i in (0..<(i % 5)).map { i * 10 + $0 } }
        #expect(seen.all == expected && report.brokenLaw == nil && report.stages[1].emitted == expected.count)
        #expect(tapped.value == (isTapped ? 3000 : 0))
    }

    /// After every kind of stage, and before every kind.
    @Test func theyGoAnywhere() throws {
        let sums = (0..<8).map { _ in Counter() }
        func pipeline(_ build: (consuming Flow<Int, SingleWorker, RingKinds>, Pipeline) throws -> Void) throws {
            let pipeline = Pipeline("anywhere", capacity: 4)
            try build(count(pipeline, to: 100), pipeline)
            let report = try pipeline.run()
            #expect(report.outcome == .finished && report.brokenLaw == nil)
        }
        // A batch, before and after.
        try pipeline { flow, _ in
            flow.map { $0 + 1 }.batch("gather", max: 7).map { $0.reduce(0, +) }.sink("add") { sums[0].add($0) }
        }
        // Branches: each with its own, and one for both.
        try pipeline { flow, _ in
            flow.map { $0 + 1 }.broadcast(
                { $0.map { $0 * 2 }.sink("twice") { sums[1].add($0) } },
                { $0.filter { $0 > 50 }.map("stage") { $0 }.sink("large") { sums[2].add($0) } })
        }
        // A merge, before and after; a partition after.
        try pipeline { flow, pipeline in
            let other = pipeline.source("others", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
            flow.map { $0 + 1 }.merge(other.map("pass", workers: 2) { $0 }.map { $0 + 2 }).map { $0 - 1 }
                .partition { $0 }.sink("add", workers: 3) { sums[3].add($0) }
        }
        // A queue that a flow goes into, and the queue that one comes out of.
        try pipeline { flow, pipeline in
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            flow.map { $0 + 1 }.into(queue.takeProducer())
            pipeline.source("again", from: queue.takeConsumer()).map { $0 * 2 }.sink("add") { sums[4].add($0) }
        }
        // A stage with states, whose end emits as well; taps between.
        try pipeline { flow, _ in
            flow.flatMap(
                "gather", of: Int.self, workers: 2, state: { 0 }, end: { state, emit in try emit(state) }
            ) { state, i, _ in state += i }
            .tap { sums[5].add($0) }.map { $0 + 0 }.tap { sums[6].add($0) }.sink("add") { sums[7].add($0) }
        }
        #expect(sums.map(\.value) == [5050, 10_100, 3775, 4950 + 5050, 10_100, 4950, 4950, 4950])
    }

    /// Elements that cannot be copied, and ones too large for a register: none is lost or destroyed twice.
    @Test func elementsAreMoved() throws {
        let (tally, kept) = (Tally(), Counter())
        let report = try Pipeline("tokens")
            .source("make", of: Token.self) { emit in for i in 0..<1000 { try emit(Token(i, tally)) } }
            .map("pass", workers: 2, order: .preserve) { (token: consuming Token) in token }
            .map { (token: consuming Token) in Token(token.id * 2, token.tally) }
            .filter { $0.id % 4 == 0 }
            .compactMap { (token: consuming Token) -> Token? in token.id % 8 == 0 ? nil : Optional(token) }
            .flatMap(of: Cargo.self) { (token: consuming Token, emit: inout Emitter<Cargo>) in
                try emit(Cargo(token.id, token.tally))
            }
            .sink("take") { (cargo: consuming Cargo) in if cargo.isWhole { kept.add() } }
            .run()
        #expect(kept.value == 250 && tally.alive == 0 && report.brokenLaw == nil)
    }

    @Test func largeElementsAreMoved() throws {
        let kept = Counter()
        try Pipeline("large")
            .source("make", of: InlineArray<4096, Int>.self) { emit in for i in 0..<50 { try emit(.init(repeating: i)) }
            }
            .map { InlineArray<4096, Int>(repeating: $0[4095] + 1) }
            .filter { $0[0] % 2 == 0 }
            .sink("take") { (i: InlineArray<4096, Int>) in if i[0] == i[4095] { kept.add() } }
            .run()
        #expect(kept.value == 25)
    }

    /// The bound counts what the last transform makes, and a transform that drops everything holds nothing up.
    @Test(arguments: [1, 3]) func theBoundCountsWhatTheLastOneMakes(bound: Int) throws {
        let report = try count(Pipeline("bounded", inFlight: bound), to: 2000)
            .filter { $0 % 10 == 0 }
            .flatMap(of: Int.self) { i, emit in for _ in 0..<5 { try emit(i) } }
            .sink("take") { (_: Int) in }
            .run()
        #expect(report.stages[1].taken == 1000 && report.edges[0].highWater <= bound)
        let branches = Pipeline("bounded branches", inFlight: bound)
        count(branches, to: 2000).broadcast(
            { $0.map { $0 }.sink("left") { _ in } }, { $0.map { $0 }.sink("right") { _ in } })
        let both = try branches.run()
        #expect(both.brokenLaw == nil && both.edges.allSatisfy { $0.highWater <= bound })
    }

    /// The next stage has seen enough: the source ends, also where the transform swallows what it is told.
    @Test(arguments: [false, true]) func anEarlyEndGoesThroughThem(swallows: Bool) throws {
        let undelivered = Counter()
        let report = try Pipeline("enough", capacity: 4)
            .source("make", of: Int.self) { emit in for i in 0... { try emit(i) } }
            .map { $0 + 1 }
            .flatMap(of: Int.self) { i, emit in
                if swallows { try? emit(i) } else { try emit(i) }
            }
            .filter { _ in true }
            .sink("take", undelivered: { _ in undelivered.add() }) { (i: Int) in if i == 10 { throw EndOfStage() } }
            .run()
        #expect(report.outcome == .endedEarly(stage: "take") && report.brokenLaw == nil)
        #expect(undelivered.value == report.edges[0].undelivered)
    }

    /// A body that emits into transforms sees a cancel, and so does an inline flatMap.
    @Test func aCancelReachesTheirEmitter() throws {
        let began = Level()
        let pipeline = Pipeline("cancelled")
        pipeline.source("make", of: Int.self) { emit in try emit(0) }
            .flatMap(of: Int.self) { i, emit in
                began.rise()
                while !emit.isStopped { sched_yield() }
                try emit(i)
            }
            .sink("take") { (_: Int) in }
        let running = Running(pipeline)
        began.wait()
        pipeline.cancel()
        let report = try running.end()
        #expect(report.outcome == .cancelled && report.brokenLaw == nil)
    }

    @Test func aPartitionedFlowIsNotTransformed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = count(Pipeline("parts"), to: 1).partition { $0 }.map { $0 }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("a flow of 'parts' that is partitioned cannot be transformed"))
    }
}
