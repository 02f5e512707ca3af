import RingQueues
import TestSupport
import Testing

private struct Refusal: Error, Equatable {}

/// Constructing an element in its slot.
@Suite(.watched) struct ConstructingTests {
    @Test(arguments: Kinds.constructing) func theBodyRunsOnlyWhereThereIsRoom(kind: any SingleProducerKind.Type) throws
    {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            var calls = 0
            func body() -> sending Int {
                calls += 1
                return calls
            }
            #expect(producer.tryEnqueue(constructing: body) == .enqueued)
            #expect(producer.enqueue(constructing: body) == .enqueued)
            #expect(producer.tryEnqueue(constructing: body) == .full)
            #expect(producer.enqueue(until: .after(.zero), constructing: body) == .full)
            #expect(producer.enqueue(until: .after(.milliseconds(1)), constructing: body) == .full)
            #expect(producer.enqueue(until: .now, constructing: body) == .full)
            #expect(calls == 2)
            #expect(consumer.dequeue() == 1)
            #expect(producer.enqueue(until: .after(.seconds(9)), constructing: body) == .enqueued)
            #expect(consumer.dequeue() == 2 && consumer.dequeue() == 3)
            #expect(producer.enqueue(until: .now, constructing: body) == .enqueued)
            _ = consume consumer
            #expect(calls == 4)
            // The body may run once more: that the queue is closed can show after it.
            #expect(producer.tryEnqueue(constructing: body) == .closed)
            #expect(producer.enqueue(constructing: body) == .closed)
            #expect(producer.enqueue(until: .after(.seconds(9)), constructing: body) == .closed)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func aBodyThatThrowsEnqueuesNothing(kind: any SingleProducerKind.Type) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            func failing() throws(Refusal) -> sending Token {
                _ = Token(0, tally)
                throw Refusal()
            }
            // More often than there are slots: a slot that stayed reserved would show.
            for i in 0..<5 {
                #expect(throws: Refusal.self) { _ = try producer.tryEnqueue(constructing: failing) }
                #expect(throws: Refusal.self) { _ = try producer.enqueue(constructing: failing) }
                #expect(throws: Refusal.self) {
                    _ = try producer.enqueue(until: .after(.seconds(1)), constructing: failing)
                }
                #expect(producer.count == 0 && tally.alive == 0)
                guard case .enqueued = producer.tryEnqueue(constructing: { Token(i, tally) }) else {
                    Issue.record("the slot is gone")
                    return
                }
                if let token = consumer.dequeue() { #expect(token.id == i) }
            }
            #expect(tally.alive == 0 && tally.created == 20)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func aCloseWithinTheBodyLendsTheElementBackAndDestroysIt(
        kind: any SingleProducerKind.Type
    ) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 1)
            let control = queue.control
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            var back: [Int] = []
            let result = producer.enqueue(
                constructing: {
                    control.cancel()
                    return Token(5, tally)
                },
                undelivered: { element in
                    back.append(element.id)
                    #expect(tally.alive == 1)
                })
            #expect(result == .closed && back == [5])
            #expect(consumer.drain { _ in } == 0 && tally.created == 1 && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func aWaitingBodyRunsOnce(kind: any SingleProducerKind.Type) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var consumer = queue.takeConsumer()
            let calls = Counter()
            var threads = Threads()
            threads.start(queue.takeProducer()) { producer in
                for _ in 0..<3 { _ = producer.enqueue { calls.add() } }
            }
            threads.waitUntilAsleep()
            #expect(calls.value == 1)
            for i in 1...3 { #expect(consumer.dequeue() == i) }
            #expect(consumer.dequeue() == nil)
            threads.join()
        }
        try check(kind)
    }
}

/// Using an element in its slot.
@Suite(.watched) struct ConsumingTests {
    @Test(arguments: Kinds.consuming) func theBodySeesTheFirstElement(kind: any SingleConsumerKind.Type) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            var calls = 0
            func body(_ element: inout Int) -> Int {
                calls += 1
                element += 1
                return element * 10
            }
            #expect(consumer.tryDequeue(consuming: body) == .empty)
            #expect(consumer.dequeue(until: .after(.zero), consuming: body) == .empty)
            #expect(consumer.dequeue(until: .after(.milliseconds(1)), consuming: body) == .empty)
            #expect(consumer.dequeue(until: .now, consuming: body) == .empty)
            #expect(calls == 0)
            for i in 0..<6 {
                #expect(producer.tryEnqueue(i) == .enqueued)
                #expect(producer.tryEnqueue(i + 50) == .enqueued)
                #expect(consumer.tryDequeue(consuming: body) == .dequeued(10 * i + 10))
                #expect(consumer.count == 1)
                #expect(consumer.dequeue(consuming: body) == 10 * i + 510)
            }
            #expect(producer.tryEnqueue(1) == .enqueued)
            producer.finish()
            #expect(consumer.dequeue(until: .after(.seconds(9)), consuming: body) == .dequeued(20))
            #expect(consumer.tryDequeue(consuming: body) == .closed)
            #expect(consumer.dequeue(consuming: body) == nil)
            #expect(consumer.dequeue(until: .now, consuming: body) == .closed)
            #expect(calls == 13)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func aBodyThatThrowsHasTakenTheElement(kind: any SingleConsumerKind.Type) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            func failing(_ element: inout Token) throws(Refusal) -> Int { throw Refusal() }
            for round in 0..<4 {
                for i in 0..<3 { _ = producer.tryEnqueue(Token(i, tally)) }
                #expect(throws: Refusal.self) { _ = try consumer.tryDequeue(consuming: failing) }
                #expect(consumer.count == 2 && tally.alive == 2, "round \(round)")
                #expect(throws: Refusal.self) { _ = try consumer.dequeue(consuming: failing) }
                #expect(consumer.tryDequeue { $0.id } == .dequeued(2))
                #expect(consumer.count == 0 && tally.alive == 0)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func theBodyMayTakeTheElementOut(kind: any SingleConsumerKind.Type) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            _ = producer.tryEnqueue(Token(1, tally))
            let result = consumer.dequeue { element in
                // An exchange: the value that is in the slot afterwards is destroyed there.
                var mine = Token(2, tally)
                swap(&mine, &element)
                return mine
            }
            if let token = result { #expect(token.id == 1 && tally.alive == 1) }
            #expect(tally.created == 2 && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func aCancelWithinTheBodyDoesNotTakeItBack(
        kind: any SingleConsumerKind.Type
    ) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 2)
            let control = queue.control
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<2 { _ = producer.tryEnqueue(Token(i, tally)) }
            let result = consumer.dequeue { element in
                control.cancel()
                return element.id
            }
            #expect(result == 0)
            #expect(consumer.tryDequeue { $0.id } == .closed)
            #expect(tally.alive == 1 && consumer.drain { _ in } == 1 && tally.alive == 0)
        }
        try check(kind)
    }
}
