import MutexQueues
import Pipelines
import RingQueues
import Testing

/// What one consumer saw: how many, their sum, and whether each producer's elements came in its order.
private struct Seen: Sendable, Equatable {
    var count = 0
    var sum = 0
    var inOrder = true
}

/// Element `i` of producer `p` is `p << 32 | i`, so order within a producer can be told from the values.
private func transfer<Kind: ManyProducers & ManyConsumers>(
    _ kind: Kind.Type, capacity: Int, producers: Int, consumers: Int, each: Int
) throws -> Seen {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
    var reports = try Queue.make(of: Seen.self, kind: MPSC.self, capacity: consumers)
    var stages = StageGroup()
    do {
        let producer = queue.takeProducer()
        for p in 0..<producers {
            try stages.start("produce-\(p)", producer.clone()) { out in
                for i in 0..<each { try out.enqueue(copying: p << 32 | i) }
            }
        }
        let consumer = queue.takeConsumer()
        let report = reports.takeProducer()
        for c in 0..<consumers {
            try stages.start("consume-\(c)", consumer.clone(), report.clone()) { input, report in
                var seen = Seen()
                var last = Array(repeating: -1, count: producers)
                while let element = input.dequeue() {
                    seen.count += 1
                    seen.sum += element
                    seen.inOrder = seen.inOrder && last[element >> 32] < element
                    last[element >> 32] = element
                }
                try report.enqueue(copying: seen)
            }
        }
    }
    var total = Seen()
    var reported = reports.takeConsumer()
    while let seen = reported.dequeue() {
        total.count += seen.count
        total.sum += seen.sum
        total.inOrder = total.inOrder && seen.inOrder
    }
    try stages.join()
    return total
}

@Suite struct TransferTests {
    @Test(arguments: [1, 3, 64]) func severalProducersAndConsumers(capacity: Int) throws {
        let each = 20_000
        let all = Seen(
            count: 4 * each, sum: (0..<4).reduce(0) { $0 + ($1 << 32) * each + each * (each - 1) / 2 }, inOrder: true)
        #expect(try transfer(MPMC.self, capacity: capacity, producers: 4, consumers: 4, each: each) == all)
        #expect(try transfer(Mutex.self, capacity: capacity, producers: 4, consumers: 4, each: each) == all)
    }
}
