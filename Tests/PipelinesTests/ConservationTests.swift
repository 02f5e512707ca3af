import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// No worker keeps elements to itself that a sibling could work on.
///
/// A worker takes several elements in one call while bodies are quick, but never more than its share of what it saw:
/// for *n* elements before *w* workers, *n*/2*w*, and at least one. So the others find as much again; and of fewer than
/// 4*w* elements each takes one. A worker that has waited for an element takes one as well.
@Suite struct ConservationTests {
    /// Ends only if each of the three elements is in a body of its own.
    @Test(arguments: [StageOrder.unordered, .preserve]) func threeElementsAreThreeWorkers(order: StageOrder) throws {
        let dog = Watchdog("threeElementsAreThreeWorkers")
        let inside = Level()
        let report = try Pipeline("three")
            .source("give", of: Int.self) { emit in for i in 0..<3 { try emit(i) } }
            .map("meet", workers: 3, order: order) { (i: Int) in
                inside.rise()
                inside.wait(for: 3)
                return i
            }
            .sink("take") { (_: Int) in }
            .run()
        #expect(report.outcome == .finished && report.stages[1].completed == 3)
        dog.stop()
    }

    /// The same, each time after quick elements, which workers take many of in one call. They all sleep in between: a
    /// worker that has seen many and not taken its share yet may find less when it does. A sleeping worker may have
    /// seen many, too, and found nothing: with `pretending`, all have.
    @Test(arguments: [false, true]) func threeElementsAreThreeWorkersAfterQuickOnes(pretending: Bool) throws {
        let dog = Watchdog("threeElementsAreThreeWorkersAfterQuickOnes")
        let hooks = Hooks()
        let rounds = 300
        let quick = 200
        let done = Counter()
        let inside = Level()
        let sleepers = (0..<3).map { _ in Sleeper() }
        let started = Counter()
        let pipeline = Pipeline("three", capacity: 64, waiting: .park)
        pipeline
            .source("give", of: Int.self, over: HookedKinds.self) { emit in
                if pretending { hooks.pretend(count: 64) }
                defer { hooks.pretend(count: nil) }
                for round in 1...rounds {
                    for _ in 0..<quick { try emit(0) }
                    while done.value < round * quick { sched_yield() }
                    for sleeper in sleepers { sleeper.waitUntilAsleep() }
                    for _ in 0..<3 { try emit(round) }
                    inside.wait(for: 3 * round)
                }
            }
            .sink("meet", workers: 3, state: { sleepers[started.add() - 1].isMe() }) { _, round in
                if round == 0 { return _ = done.add() }
                inside.rise()
                inside.wait(for: 3 * round)
            }
        let report = try Hooks.$current.withValue(hooks) { try pipeline.run() }
        #expect(report.outcome == .finished && report.stages[1].completed == rounds * (quick + 3))
        dog.stop()
    }

    /// The queue claims twelve elements at every look, of which two are a worker's share.
    @Test func aWorkerAsksForItsShareAtMost() throws {
        let dog = Watchdog("aWorkerAsksForItsShareAtMost")
        let hooks = Hooks()
        let pipeline = Pipeline("share")
        pipeline
            .source("give", of: Int.self, over: HookedKinds.self) { emit in
                hooks.pretend(count: 12)
                defer { hooks.pretend(count: nil) }
                for i in 0..<20_000 { try emit(i) }
                while pipeline.snapshot().stages[1].completed < 20_000 { sched_yield() }
            }
            .sink("take", workers: 3) { _ in }
        let report = try Hooks.$current.withValue(hooks) { try pipeline.run() }
        #expect(report.outcome == .finished && hooks.mostAsked <= 2)
        dog.stop()
    }

    /// Workers that take many elements in one call, because all were quick so far, meet slow elements. Then fewer
    /// elements wait for the one in a body than a share for each.
    ///
    /// The test holds up the stage after them, so that they still think so when the queue before them is full: the time
    /// in which they wait for room is not their bodies' time.
    @Test func aWorkerTakesItsShareAtMost() throws {
        let dog = Watchdog("aWorkerTakesItsShareAtMost")
        let held = SlowPhases(rounds: 10)
        let report = try held.run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        #expect(held.largest.allSatisfy { $0 <= held.workers * (held.share - 1) }, "\(held.largest)")
        dog.stop()
    }
}

/// Rounds of quick elements with slow ones after them.
private final class SlowPhases: Sendable {
    private enum Element { case quick, hold(Int), slow(Int) }

    let workers = 3
    private let capacity = 12
    var share: Int { capacity / (2 * workers) }
    private let pipeline: Pipeline
    private let sleepers: [Sleeper]
    private let started = Counter()
    private let held = Level()
    private let goesOn = Level()
    private let gate = Level()
    private let inside: [Level]
    /// Elements that waited for those in a body, in each round.
    private let waiting = Synchronization.Mutex<[Int]>([])
    var largest: [Int] { waiting.withLock { $0 } }

    init(rounds: Int) {
        pipeline = Pipeline("share", capacity: capacity, waiting: .park)
        sleepers = (0..<workers).map { _ in Sleeper() }
        inside = (0..<rounds).map { _ in Level() }
    }

    func run() throws -> PipelineReport {
        pipeline
            .source("give", of: Element.self) { [self] emit in
                for round in inside.indices { try give(round, &emit) }
            }
            .flatMap(
                "work", of: Element.self, workers: workers,
                state: { [self] in sleepers[started.add() - 1].isMe() }
            ) { [self] _, element, emit in
                if case .slow(let round) = element {
                    inside[round].rise()
                    gate.wait(for: round + 1)
                }
                try emit(element)
            }
            .sink("take") { [self] element in
                guard case .hold(let round) = element else { return }
                held.rise()
                goesOn.wait(for: round + 1)
            }
        var threads = Threads()
        threads.start { [self] in for round in inside.indices { look(round) } }
        let result = Result { try pipeline.run() }
        threads.join()
        return try result.get()
    }

    private func give(_ round: Int, _ emit: inout Emitter<Element>) throws {
        for _ in 0..<5000 { try emit(.quick) }
        try emit(.hold(round))
        held.wait(for: round + 1)
        // Until all workers wait for room. With elements before them they sleep nowhere else.
        while true {
            let edge = pipeline.snapshot().edges[0]
            if edge.enqueued - edge.dequeued < capacity / 2 {
                try emit(.quick)
            } else if sleepers.allSatisfy(\.isAsleep) {
                break
            }
        }
        for _ in 0..<capacity / 2 { try emit(.slow(round)) }
        goesOn.rise()
        for _ in 0..<capacity * (workers + 1) { try emit(.slow(round)) }
    }

    private func look(_ round: Int) {
        inside[round].wait(for: workers)
        var report = pipeline.snapshot()
        while report.edges[0].enqueued - report.edges[0].dequeued < capacity {
            sched_yield()
            report = pipeline.snapshot()
        }
        waiting.withLock { $0.append(report.edges[0].dequeued - report.stages[1].completed - workers) }
        gate.rise()
    }
}
