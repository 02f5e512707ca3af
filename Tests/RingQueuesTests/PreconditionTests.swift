import RingQueues
import TestSupport
import Testing

/// Misuse that only shows at run time ends the process, and the message names the value and the rule, in release as well.
@Suite struct PreconditionTests {
    private func expect(_ result: ExitTest.Result?, toSay parts: String...) throws {
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        for part in parts { #expect(text.contains(part)) }
    }

    @Test func theProducerEndIsTakenOnce() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            let first = queue.takeProducer()
            let second = queue.takeProducer()
            _ = consume first
            _ = consume second
        }
        try expect(result, toSay: "the producer end of a queue can be taken once")
    }

    @Test func theConsumerEndIsTakenOnce() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
            let first = queue.takeConsumer()
            let second = queue.takeConsumer()
            _ = consume first
            _ = consume second
        }
        try expect(result, toSay: "the consumer end of a queue can be taken once")
    }

    @Test func aBulkIsNotLargerThanTheQueue() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            var producer = queue.takeProducer()
            let elements = [1, 2, 3, 4, 5]
            _ = producer.tryEnqueueBulk(copying: elements.span)
        }
        try expect(result, toSay: "a bulk of 5 elements can never fit", "capacity 4")
    }

    @Test func aMovedBulkIsNotLargerThanTheQueue() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
            var producer = queue.takeProducer()
            withOutputSpan(of: Int.self, capacity: 5) { span in
                for i in 0..<5 { span.append(i) }
                _ = producer.tryEnqueueBulk(moving: &span)
            }
        }
        try expect(result, toSay: "a bulk of 5 elements can never fit", "capacity 4")
    }

    @Test func aBulkOutIsNotLargerThanTheQueue() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 4)
            var consumer = queue.takeConsumer()
            withOutputSpan(of: Int.self, capacity: 9) { span in _ = consumer.tryDequeueBulk(5, into: &span) }
        }
        try expect(result, toSay: "a bulk of 5 elements can never be", "capacity 4")
    }

    @Test func aBulkOutIsNotNegative() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 4)
            var consumer = queue.takeConsumer()
            withOutputSpan(of: Int.self, capacity: 9) { span in _ = consumer.tryDequeueBulk(-3, into: &span) }
        }
        try expect(result, toSay: "a bulk of -3 elements", "not negative")
    }

    @Test func aBulkOutFitsItsSpan() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            var consumer = queue.takeConsumer()
            withOutputSpan(of: Int.self, capacity: 2) { span in _ = consumer.tryDequeueBulk(3, into: &span) }
        }
        try expect(result, toSay: "a bulk of 3 elements does not fit", "room for 2")
    }
}
