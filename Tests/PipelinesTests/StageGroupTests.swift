import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

private struct Broken: Error {}

private func readFile(_ path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw Broken() }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
}

/// The tutorial's topology: one producer, three intermediaries over a shared queue, one consumer.
private func tutorial<Near: ManyConsumers, Far: ManyProducers>(
    _ near: Near.Type, _ far: Far.Type, elements: Int, failAt: Int? = nil
) throws -> [Int] {
    var first = try Queue.make(of: Int.self, kind: near, capacity: 64)
    var second = try Queue.make(of: Int.self, kind: far, capacity: 64)
    var report = try Queue.make(of: [Int].self, kind: SPSC.self, capacity: 1)
    var stages = StageGroup()
    try stages.start("produce", first.takeProducer()) { out in
        for i in 0..<elements {
            guard case .enqueued = out.enqueue(i) else { return }
        }
    }
    try stages.start("double", workers: 3, first.takeConsumer(), second.takeProducer()) { input, output in
        while let i = input.dequeue() {
            if i == failAt { throw Broken() }
            guard case .enqueued = output.enqueue(2 * i) else { return }
        }
    }
    try stages.start("collect", second.takeConsumer(), report.takeProducer()) { input, report in
        var all: [Int] = []
        while let i = input.dequeue() { all.append(i) }
        _ = report.tryEnqueue(all)
    }
    try stages.join()
    var reported = report.takeConsumer()
    return reported.dequeue() ?? []
}

@Suite struct StageGroupTests {
    @Test func everyElementArrivesOnce() throws {
        let dog = Watchdog("everyElementArrivesOnce")
        let all = try tutorial(SPMC.self, MPSC.self, elements: 10_000)
        #expect(all.sorted() == (0..<10_000).map { 2 * $0 })
        dog.stop()
    }

    @Test(arguments: ["count", "square", "look"]) func anErrorInAnyStageReachesJoin(failing: String) throws {
        let dog = Watchdog("anErrorInAnyStageReachesJoin")
        var numbers = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 4)
        var squares = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
        var stages = StageGroup()
        try stages.start("count", numbers.takeProducer()) { out in
            for number in 0... {
                if failing == "count", number == 100 { throw Broken() }
                try out.enqueueOrThrow(number)
            }
        }
        try stages.start("square", workers: 3, numbers.takeConsumer(), squares.takeProducer()) { input, output in
            while let number = input.dequeue() {
                if failing == "square", number == 100 { throw Broken() }
                try output.enqueueOrThrow(number &* number)
            }
        }
        try stages.start("look", squares.takeConsumer()) { input in
            var seen = 0
            while input.dequeue() != nil {
                seen += 1
                if failing == "look", seen == 100 { throw Broken() }
            }
        }
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is Broken {}
        dog.stop()
    }

    /// A group that is destroyed without join() stops the stages that it started and waits for them.
    @Test func aGroupThatGoesReleasesItsStages() throws {
        let dog = Watchdog("aGroupThatGoesReleasesItsStages")
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        let control = queue.control
        func start() throws {
            var stages = StageGroup()
            try stages.start("wait-for-room", queue.takeProducer()) { out in
                while case .enqueued = out.enqueue(1) {}
            }
        }
        try start()
        guard case .cancelled = control.poison else {
            Issue.record("poison is \(String(describing: control.poison))")
            return
        }
        #expect(control.isClosed)
        dog.stop()
    }

    /// A stage that is started after another has failed ends at once.
    @Test func aStageThatStartsAfterAFailureIsStopped() throws {
        let dog = Watchdog("aStageThatStartsAfterAFailureIsStopped")
        var first = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var second = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let control = first.control
        let later = second.control
        let held = second.takeProducer()
        var stages = StageGroup()
        try stages.start("fail", first.takeProducer()) { _ in throw Broken() }
        while control.poison == nil { sched_yield() }
        try stages.start("take", second.takeConsumer()) { input in while input.dequeue() != nil {} }
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is Broken {}
        #expect(later.isClosed)
        _ = consume held
        _ = first.takeConsumer()
        dog.stop()
    }

    @Test func threadsHaveTheirStagesNames() throws {
        let dog = Watchdog("threadsHaveTheirStagesNames")
        var work = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 1)
        var names = try Queue.make(of: String.self, kind: MPSC.self, capacity: 3)
        var read = names.takeConsumer()
        var stages = StageGroup()
        try stages.start("name", workers: 3, work.takeConsumer(), names.takeProducer()) { _, out in
            let bytes = try readFile("/proc/thread-self/comm")
            try out.enqueueOrThrow(String(decoding: bytes.dropLast(), as: UTF8.self))
        }
        var all: [String] = []
        while let name = read.dequeue() { all.append(name) }
        try stages.join()
        #expect(all.sorted() == ["name-1", "name-2", "name-3"])
        _ = work.takeProducer()
        dog.stop()
    }

    @Test func aStageHasAtLeastOneWorker() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var work = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 1)
            var done = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 1)
            var stages = StageGroup()
            try stages.start("none", workers: 0, work.takeConsumer(), done.takeProducer()) { _, _ in }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("stage 'none' needs at least one worker, got 0"))
    }

    /// A consumer that has seen enough: all stages before it are released, and none has failed.
    @Test func aConsumerThatLeavesEndsTheStagesBeforeIt() throws {
        let dog = Watchdog("aConsumerThatLeavesEndsTheStagesBeforeIt")
        var numbers = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 4)
        var squares = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
        var stages = StageGroup()
        try stages.start("count", numbers.takeProducer()) { out in
            for number in 0... { try out.enqueueOrThrow(number) }
        }
        try stages.start("square", workers: 3, numbers.takeConsumer(), squares.takeProducer()) { input, output in
            while let number = input.dequeue() { try output.enqueueOrThrow(number &* number) }
        }
        try stages.start("look", squares.takeConsumer()) { input in
            for _ in 0..<10 { _ = input.dequeue() }
        }
        try stages.join()
        dog.stop()
    }

    /// A stream that was cut short never looks finished, although the queues are stopped one by one.
    @Test func theEndIsNotMistakenForAStop() throws {
        let dog = Watchdog("theEndIsNotMistakenForAStop")
        let hooks = Hooks()
        let looked = Counter()
        var near = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var between = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        var far = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        // The stop gets no further than this queue until the stage after it has seen the end of its own.
        hooks.once(.close) { while looked.value == 0 { sched_yield() } }
        var stages = StageGroup()
        let ready = Counter()
        try stages.start("read", near.takeProducer()) { _ in
            while ready.value < 2 { sched_yield() }
            throw Broken()
        }
        try stages.start("wait", between.takeConsumer()) { between in
            ready.add()
            _ = between.dequeue()
        }
        try stages.start("idle", between.takeProducer()) { between in
            while !between.control.isClosed { sched_yield() }
        }
        try stages.start("pack", near.takeConsumer(), far.takeProducer()) { near, _ in
            ready.add()
            while !near.control.isClosed { sched_yield() }
        }
        try stages.start("write", far.takeConsumer()) { far in
            #expect(far.dequeue() == nil)
            let poison = far.poison
            looked.add()
            if case .failed = poison { return }
            Issue.record("the stream ended with \(String(describing: poison))")
        }
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is Broken {}
        dog.stop()
    }

    /// The refusal of a queue that is not the stage's own means nothing for its own queues: it is a failure.
    @Test func theRefusalOfAnotherQueueIsAFailure() throws {
        let dog = Watchdog("theRefusalOfAnotherQueueIsAFailure")
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var stages = StageGroup()
        try stages.start("count", queue.takeProducer()) { _ in throw QueueClosed() }
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is QueueClosed {}
        _ = queue.takeConsumer()
        dog.stop()
    }

    @Test func anErrorInAnyStageStopsAll() throws {
        let dog = Watchdog("anErrorInAnyStageStopsAll")
        #expect(throws: Broken.self) {
            try tutorial(SPMC.self, MPSC.self, elements: 1_000_000, failAt: 5000)
        }
        dog.stop()
    }
}
