import Pipelines
import RingQueues
import Testing

private struct Broken: Error {}

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
        let all = try tutorial(SPMC.self, MPSC.self, elements: 10_000)
        #expect(all.sorted() == (0..<10_000).map { 2 * $0 })
    }

    /// A consumer that has seen enough: everything before it is released, and nobody has failed.
    @Test func aConsumerThatLeavesEndsTheStagesBeforeIt() throws {
        var numbers = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 4)
        var squares = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
        var stages = StageGroup()
        try stages.start("count", numbers.takeProducer()) { out in
            for number in 0... { try out.enqueue(copying: number) }
        }
        try stages.start("square", workers: 3, numbers.takeConsumer(), squares.takeProducer()) { input, output in
            while let number = input.dequeue() { try output.enqueue(copying: number &* number) }
        }
        try stages.start("look", squares.takeConsumer()) { input in
            for _ in 0..<10 { _ = input.dequeue() }
        }
        try stages.join()
    }

    /// The refusal of a queue that is not the stage's own says nothing about its own queues: it is a failure.
    @Test func theRefusalOfAnotherQueueIsAFailure() throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var stages = StageGroup()
        try stages.start("count", queue.takeProducer()) { _ in throw QueueClosed() }
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is QueueClosed {}
        _ = queue.takeConsumer()
    }

    @Test func anErrorInAnyStageStopsAll() throws {
        #expect(throws: Broken.self) {
            try tutorial(SPMC.self, MPSC.self, elements: 1_000_000, failAt: 5000)
        }
    }
}
