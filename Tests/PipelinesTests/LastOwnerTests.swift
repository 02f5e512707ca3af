import CTestSupport
import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Keeps a group for the thread that is to be its last owner.
private final class Holder: @unchecked Sendable {
    // SAFETY: set before `isHeld` rises, and taken once by a thread that has seen it.
    private var group: StageGroup?
    private let isHeld = Level()

    func hold(_ stages: consuming StageGroup) {
        group = consume stages
        isHeld.rise()
    }

    /// Waits until there is a group, and takes it.
    func take() -> StageGroup {
        isHeld.wait()
        return group.take()!
    }

    func drop() { _ = take() }
}

/// Starts a stage with a queue without a producer's elements, and waits until its thread has its name.
private func start(
    _ name: String, in stages: inout StageGroup,
    _ body: sending @escaping (inout Consumer<Int, SPSC>, inout Producer<Int, SPSC>) throws -> Void
) throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    let begun = Level()
    try stages.start(name, queue.takeConsumer(), queue.takeProducer()) { input, output in
        begun.rise()
        try body(&input, &output)
    }
    begun.wait()
}

/// Threads that would wait for their own end, in a group that is destroyed or joined.
@Suite struct LastOwnerTests {
    /// Where the last owner of a group can be destroyed on the thread of one of its stages.
    enum Place: CaseIterable, Codable { case body, capture, element }

    private static func run(_ place: Place) throws {
        let holder = Holder()
        var stages = StageGroup()
        switch place {
        case .body: try start("own-1", in: &stages) { _, _ in holder.drop() }
        case .capture:
            // Held by the body, which goes when the stage has ended.
            try start("own-1", in: &stages) { [holder] _, _ in withExtendedLifetime(holder) {} }
        case .element:
            var queue = try Queue.make(of: Holder.self, kind: SPSC.self, capacity: 1)
            var producer = queue.takeProducer()
            try stages.start("own-1", queue.takeConsumer()) { input in
                while input.control.count == 0 { sched_yield() }
            }
            while threads(named: "own-1") == 0 { sched_yield() }
            _ = producer.tryEnqueue(holder)
        }
        try start("own-2", in: &stages) { input, _ in while input.dequeue() != nil {} }
        holder.hold(stages)
    }

    /// In a process of its own, whose address space nothing else changes.
    @Test(arguments: Place.allCases) func aThreadThatEndsItsOwnGroupIsReclaimed(place: Place) async {
        await #expect(processExitsWith: .success) { [place] in
            let dog = Watchdog("aThreadThatEndsItsOwnGroupIsReclaimed")
            var before = 0
            let rounds = 200
            for round in 0..<rounds + 20 {
                // The C library keeps the memory of the first rounds for the later ones.
                if round == 20 { before = addressSpace() }
                try LastOwnerTests.run(place)
                while threads(named: "own-") > 0 { sched_yield() }
            }
            // A thread that is not reclaimed keeps its stack of some megabytes.
            #expect(before > 0 && addressSpace() - before < rounds << 20)
            dog.stop()
        }
    }

    /// The others are cancelled, then joined, even one that waits for elements that only this stage can give it.
    @Test func aStageThatEndsItsOwnGroupJoinsTheOthers() throws {
        let dog = Watchdog("aStageThatEndsItsOwnGroupJoinsTheOthers")
        let holder = Holder()
        let begun = Level()
        let ended = Counter()
        let endedBefore = Counter()
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var stages = StageGroup()
        try stages.start("own give", queue.takeProducer()) { _ in
            holder.drop()
            endedBefore.add(ended.value)
        }
        try stages.start("own take", queue.takeConsumer()) { input in
            begun.rise()
            while input.dequeue() != nil {}
            if case .cancelled = input.poison { ended.add() }
        }
        begun.wait()
        holder.hold(stages)
        while threads(named: "own ") > 0 { sched_yield() }
        #expect(endedBefore.value == 1)
        dog.stop()
    }

    /// A ring of groups: each is destroyed in the body of the one before.
    @Test(arguments: 1...4) func groupsThatGoInEachOthersBodiesEnd(count: Int) throws {
        let dog = Watchdog("groupsThatGoInEachOthersBodiesEnd")
        for round in 0..<50 {
            dog.watch.at("round \(round)")
            let holders = (0..<count).map { _ in Holder() }
            let meeting = Meeting(count)
            for i in 0..<count {
                var stages = StageGroup()
                let next = holders[(i + 1) % count]
                try start("ring", in: &stages) { _, _ in
                    let group = next.take()
                    meeting.meet()
                    _ = consume group
                }
                holders[i].hold(stages)
            }
            while threads(named: "ring") > 0 { sched_yield() }
        }
        dog.stop()
    }

    /// The threads that a pipeline waits for also wait for the stage that runs it.
    @Test(arguments: ["body", "undelivered", "onQuiet", "onStop", "onStop of a body", "late onStop"])
    func aGroupThatGoesInAPipelineItRunsEnds(place: String) throws {
        let dog = Watchdog("aGroupThatGoesInAPipelineItRunsEnds")
        let holder = Holder()
        let pipeline = Pipeline("nested", capacity: 4)
        let (began, dropped) = (Level(), Level())
        let drop = { @Sendable in
            holder.drop()
            dropped.rise()
            pipeline.cancel()
        }
        if place.hasPrefix("onStop") { pipeline.onStop(drop) }
        if place == "onQuiet" { pipeline.onQuiet(.milliseconds(1)) { _ in drop() } }
        pipeline.source("nest count", of: Int.self) { emit in for i in 0..<4 { try emit(i) } }
            .sink("nest look", undelivered: { _ in if place == "undelivered" { drop() } }) { (i: Int) in
                switch place {
                case "body": if i == 0 { drop() }
                case "onStop of a body": pipeline.cancel()
                case "undelivered": if i == 2 { throw EndOfStage() }
                default:
                    began.rise()
                    dropped.wait()
                }
            }
        var stages = StageGroup()
        try start("nest run", in: &stages) { _, _ in try pipeline.run() }
        holder.hold(stages)
        if place.hasSuffix("onStop") {
            began.wait()
            pipeline.cancel()
            if place == "late onStop" { pipeline.onStop(drop) }
        }
        while threads(named: "nest ") > 0 || pipeline.snapshot().outcome == .running { sched_yield() }
        dog.stop()
    }

    /// It throws, and the group is cancelled like one that is destroyed without being joined.
    @Test func aStageThatJoinsItsOwnGroupGetsAnError() throws {
        let dog = Watchdog("aStageThatJoinsItsOwnGroupGetsAnError")
        let holder = Holder()
        let seen = Synchronization.Mutex<StageError?>(nil)
        var stages = StageGroup()
        try start("self-other", in: &stages) { input, _ in while input.dequeue() != nil {} }
        try start("self-join", in: &stages) { _, _ in
            let group = holder.take()
            do { try group.join() } catch let error as StageError { seen.withLock { $0 = error } }
        }
        holder.hold(stages)
        while threads(named: "self-") > 0 { sched_yield() }
        let error = seen.withLock { $0 }
        #expect(error == .joinsItself(stage: "self-join"))
        #expect(error?.description.contains("'self-join'") == true)
        dog.stop()
    }

    /// Two groups that are joined in each other's bodies: one of the calls gets the error, and both return.
    @Test func groupsThatJoinEachOtherGetAnError() throws {
        let dog = Watchdog("groupsThatJoinEachOtherGetAnError")
        for round in 0..<50 {
            dog.watch.at("round \(round)")
            let holders = [Holder(), Holder()]
            let meeting = Meeting(2)
            let refused = Counter()
            for i in 0..<2 {
                var stages = StageGroup()
                try start("cross-\(i)", in: &stages) { _, _ in
                    let group = holders[1 - i].take()
                    meeting.meet()
                    do { try group.join() } catch let error as StageError {
                        #expect(error == .joinsItself(stage: "cross-\(1 - i)"))
                        refused.add()
                    }
                }
                holders[i].hold(stages)
            }
            while threads(named: "cross-") > 0 { sched_yield() }
            #expect(refused.value == 1)
        }
        dog.stop()
    }

    /// A thread that has stopped a pipeline can join the stage that runs it.
    @Test func aThreadThatStoppedAPipelineJoinsItsRun() throws {
        let dog = Watchdog("aThreadThatStoppedAPipelineJoinsItsRun")
        let sleeper = Sleeper()
        let (began, stopped) = (Level(), Level())
        let pipeline = Pipeline("stopped", capacity: 1)
        pipeline.source("one", of: Int.self) { emit in try emit(1) }
            .sink("hold") { (_: Int) in
                began.rise()
                stopped.wait()
                sleeper.waitUntilAsleep()
            }
        var stages = StageGroup()
        try start("run", in: &stages) { _, _ in
            let outcome = try pipeline.run().outcome
            #expect(outcome == .cancelled)
        }
        began.wait()
        pipeline.cancel()
        sleeper.isMe()
        stopped.rise()
        try stages.join()
        dog.stop()
    }

    /// A body can join a thread that waited for it and does not any more.
    @Test func aWaitThatHasEndedIsForgotten() throws {
        let dog = Watchdog("aWaitThatHasEndedIsForgotten")
        let holder = Holder()
        let (began, gaveUp, joining) = (Level(), Level(), Level())
        let joined = Counter()
        let pipeline = Pipeline("given up", capacity: 1)
        pipeline.source("past one", of: Int.self) { emit in try emit(1) }
            .sink("past join") { (_: Int) in
                began.rise()
                gaveUp.wait()
                let group = holder.take()
                joining.rise()
                try group.join()
                joined.add()
            }
        var stages = StageGroup()
        try start("past wait", in: &stages) { _, _ in
            began.wait()
            while threads(named: "past one") > 0 { sched_yield() }
            #expect(pipeline.shutdown(until: .now).outcome == .abandoned(stages: ["past join"]))
            joining.wait()
        }
        holder.hold(stages)
        #expect(try pipeline.run().outcome == .abandoned(stages: ["past join"]))
        // Not before: the body could end before 'run()' returns, and then it would not be abandoned.
        gaveUp.rise()
        while threads(named: "past ") > 0 { sched_yield() }
        #expect(joined.value == 1)
        dog.stop()
    }
}
