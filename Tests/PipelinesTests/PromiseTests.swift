import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// The article's statements about each call that no other suite checks.
@Suite struct PromiseTests {
    /// The source is not done before the stage continues, and the stage not before the source is done.
    @Test func refusingStageDelaysNoOther() throws {
        let dog = Watchdog("refusingStageDelaysNoOther")
        let (made, back) = (Level(), Counter())
        let report = try Pipeline("misses")
            .source("count", of: Int.self) { emit in
                for i in 0..<100 { try emit(i) }
                made.rise()
            }
            .sink(
                "store", options: StageOptions(capacity: 1, whenFull: .refuse), undelivered: { _ in back.add() }
            ) { (_: Int) in made.wait() }
            .run()
        #expect(report.outcome == .finished && report.stages[0].emitted == 100)
        #expect(back.value >= 98 && report.stages[0].refused == back.value)
        #expect(report.stages[1].taken == 100 - back.value)
        dog.stop()
    }

    @Test func aMergeEndsWhenBothHave() throws {
        let dog = Watchdog("aMergeEndsWhenBothHave")
        let sum = Counter()
        let pipeline = Pipeline("merged")
        let none = pipeline.source("none", of: Int.self) { _ in }
        let late = pipeline.source("late", of: Int.self) { emit in
            while !pipeline.explain().contains("none ended") { sched_yield() }
            for i in 0..<100 { try emit(i) }
        }
        let report = try none.merge(late).sink("add") { (i: Int) in sum.add(i) }.run()
        #expect(report.outcome == .finished && sum.value == 4950)
        dog.stop()
    }

    @Test func aTapSeesEachElementBeforeTheNextStage() throws {
        let dog = Watchdog("aTapSeesEachElementBeforeTheNextStage")
        let seen = Counter()
        let report = try Pipeline("tapped")
            .source("count", of: Int.self) { emit in for i in 1...100 { try emit(i) } }
            .tap { _ in seen.add() }
            .sink("look") { (i: Int) in #expect(seen.value >= i) }
            .run()
        #expect(seen.value == 100 && report.stages.map(\.name) == ["count", "look"])
        dog.stop()
    }

    @Test func aFilterGivesOnWhatItIncludes() throws {
        let dog = Watchdog("aFilterGivesOnWhatItIncludes")
        let sum = Counter()
        try Pipeline("even and of five")
            .source("count", of: Int.self) { emit in for i in 0..<100 { try emit(i) } }
            .filter("even") { $0 % 2 == 0 }
            .filter("of five", workers: 2) { $0 % 5 == 0 }
            .sink("add") { (i: Int) in sum.add(i) }
            .run()
        #expect(sum.value == 450)
        dog.stop()
    }

    @Test func cheapestKindConnectsStages() throws {
        let dog = Watchdog("cheapestKindConnectsStages")
        let hooks = Hooks()
        let pipeline = Pipeline("kinds")
        pipeline.source("one", of: Int.self, over: HookedKinds.self) { _ in }
            .map("several", workers: 2) { $0 }
            .map("more", workers: 2) { $0 }
            .map("single") { $0 }
            .partition { $0 }
            .sink("lanes", workers: 2) { _ in }
        pipeline.source("other", of: Int.self, over: HookedKinds.self) { _ in }
            .map("workers", workers: 2) { $0 }
            .partition { $0 }
            .sink("many lanes", workers: 2) { _ in }
        try Hooks.$current.withValue(hooks) { _ = try pipeline.run() }
        #expect(hooks.kinds == ["SPMC", "MPMC", "MPSC", "SPSC", "SPSC", "SPMC", "MPSC", "MPSC"])
        dog.stop()
    }

    /// `workers: 1` is the same as one worker without saying so, for a stage with a state as well.
    @Test func oneWorkerIsOneWorkerHoweverItIsWritten() throws {
        let dog = Watchdog("oneWorkerIsOneWorkerHoweverItIsWritten")
        let hooks = Hooks()
        let pipeline = Pipeline("kinds")
        pipeline.source("give", of: Int.self, over: HookedKinds.self) { _ in }
            .map("map", workers: 1) { $0 }
            .filter("filter", workers: 1, order: .preserve) { _ in true }
            .flatMap("state", of: Int.self, state: { 0 }) { (_: inout Int, i: Int, emit: inout Emitter<Int>) in
                try emit(i)
            }
            .partition { $0 }
            .sink("sink", workers: 1) { _ in }
        try Hooks.$current.withValue(hooks) { _ = try pipeline.run() }
        #expect(hooks.kinds == ["SPSC", "SPSC", "SPSC", "SPSC"])
        dog.stop()
    }

    /// Branches of a stage with several workers, and a merge of single ones, have several producers.
    @Test func severalProducersAreSeenThroughBranchesAndMerges() throws {
        let dog = Watchdog("severalProducersAreSeenThroughBranchesAndMerges")
        let hooks = Hooks()
        let pipeline = Pipeline("kinds")
        let one = pipeline.source("one", of: Int.self, over: HookedKinds.self) { _ in }.map("single", workers: 1) { $0 }
        pipeline.source("two", of: Int.self, over: HookedKinds.self) { _ in }
            .merge(one)
            .map("work", workers: 2) { $0 }
            .broadcast({ $0.tap { _ in }.sink("left") { _ in } }, { $0.map { $0 }.sink("right", workers: 2) { _ in } })
        try Hooks.$current.withValue(hooks) { _ = try pipeline.run() }
        #expect(hooks.kinds == ["SPSC", "MPMC", "MPSC", "MPMC"])
        dog.stop()
    }

    /// After quick elements, which it took many of in one call, and with more before it than it could take.
    @Test func slowElementsAreTakenOneByOne() throws {
        let dog = Watchdog("slowElementsAreTakenOneByOne")
        let before = Counter()
        let slow = 400
        let pipeline = Pipeline("slow", capacity: 1000)
        pipeline
            .source("count", of: Int.self) { emit in for i in 0..<1000 + slow { try emit(i) } }
            .sink("look") { (i: Int) in
                if i == 0 {
                    while !pipeline.explain().contains("count waiting to enqueue to look (full 1000/1000)") {
                        sched_yield()
                    }
                }
                guard i >= 1000 else { return }
                if i == 1000 { before.add(pipeline.snapshot().edges[0].batches) }
                let until = ContinuousClock.now + .microseconds(20)
                while ContinuousClock.now < until {}
            }
        let report = try pipeline.run()
        // The elements that it had taken with the first slow one, and as many again.
        #expect(report.edges[0].batches - before.value >= slow - 2 * 64)
        dog.stop()
    }

    /// How many elements a worker takes in one call depends on its bodies, not on the queue after it.
    @Test func waitingForRoomIsNotWork() {
        var times = WorkTimes()
        times.begin(at: 1000)
        times.wait(since: 1100, until: 1900)
        times.wait(since: 2000, until: 2500)
        #expect(times.worked(until: 3000) == 700)
        times.begin(at: 3000)
        #expect(times.worked(until: 3010) == 10)
    }

    @Test func invalidArgumentsAreRefused() async throws {
        let batch = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Pipeline("none").source("a", of: Int.self) { _ in }.batch("b", max: 0)
        }
        #expect(text(batch).contains("batch size must be at least 1, got 0"))
        let broadcast = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Pipeline("none").source("a", of: Int.self) { _ in }.broadcast([])
        }
        #expect(text(broadcast).contains("broadcast needs at least one branch"))
        let workers = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Pipeline("none").source("a", of: Int.self) { _ in }.sink("b", workers: 0) { _ in }
        }
        #expect(text(workers).contains("stage 'b' needs at least one worker, got 0"))
    }

    private func text(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
}
