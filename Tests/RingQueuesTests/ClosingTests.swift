import RingQueues
import TestSupport
import Testing

private struct First: Error {}
private struct Second: Error {}

extension Poison {
    /// A name to compare by: a failure by the type of its error.
    fileprivate var name: String {
        switch self {
        case .finished: "finish"
        case .cancelled: "cancel"
        case .failed(let error): "failure \(type(of: error))"
        }
    }
}

/// How a queue ends, and what is still possible then.
@Suite(.watched) struct ClosingTests {
    @Test(arguments: Kinds.all) func afterFinishWhatIsLeftIsTaken(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let control = queue.control
            #expect(control.poison == nil && !control.isClosed && control.capacity == 4)
            for i in 0..<4 { #expect(producer.tryEnqueue(i) == .enqueued) }
            producer.finish()
            #expect(control.isClosed && consumer.isClosed && consumer.poison?.name == "finish")
            #expect(control.count == 4 && consumer.count == 4)
            #expect(consumer.tryDequeue() == .dequeued(0))
            #expect(consumer.dequeue() == 1)
            #expect(consumer.dequeue(until: .after(.zero)) == .dequeued(2))
            #expect(consumer.dequeue(until: .now) == .dequeued(3))
            for _ in 0..<3 {
                #expect(consumer.tryDequeue() == .closed)
                #expect(consumer.dequeue() == nil)
                #expect(consumer.dequeue(until: .after(.seconds(9))) == .closed)
                #expect(consumer.dequeue(until: .now) == .closed)
            }
            #expect(consumer.drain { _ in } == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func cancelStopsBothSides(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<3 { #expect(producer.tryEnqueue(i) == .enqueued) }
            for _ in 0..<2 {
                queue.control.cancel()
                #expect(producer.isClosed && consumer.isClosed)
                #expect(producer.poison?.name == "cancel" && consumer.poison?.name == "cancel")
                #expect(producer.tryEnqueue(9) == .closed(9))
                #expect(producer.enqueue(9) == .closed(9))
                #expect(producer.enqueue(9, until: .after(.seconds(9))) == .closed(9))
                #expect(consumer.tryDequeue() == .closed)
                #expect(consumer.dequeue() == nil)
                #expect(consumer.dequeue(until: .after(.seconds(9))) == .closed)
            }
            #expect(consumer.count == 3)
            var left: [Int] = []
            #expect(consumer.drain { left.append($0) } == 3)
            #expect(left == [0, 1, 2])
            #expect(consumer.drain { _ in } == 0)
            #expect(consumer.count == 0 && consumer.tryDequeue() == .closed)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func onlyTheFirstCancelOrFailureCounts(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let orders: [([(QueueControl) -> Void], String)] = [
                ([{ $0.fail(First()) }, { $0.fail(Second()) }, { $0.cancel() }], "failure First"),
                ([{ $0.cancel() }, { $0.fail(First()) }], "cancel"),
                ([{ $0.fail(Second()) }, { $0.cancel() }, { $0.fail(First()) }], "failure Second"),
            ]
            for (calls, expected) in orders {
                var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
                let control = queue.control
                let producer = queue.takeProducer()
                for call in calls { call(control) }
                #expect(control.poison?.name == expected)
                producer.finish()
                #expect(control.poison?.name == expected, "a finish changes nothing")
            }
            // A later failure replaces a finish: consumers still have to stop.
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var consumer = queue.takeConsumer()
            var producer = queue.takeProducer()
            #expect(producer.tryEnqueue(1) == .enqueued)
            producer.finish()
            queue.control.fail(First())
            #expect(consumer.poison?.name == "failure First" && consumer.dequeue() == nil)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func drainClosesAnOpenQueue(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 5)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<4 { _ = producer.tryEnqueue(Token(i, tally)) }
            var left: [Int] = []
            #expect(consumer.drain { left.append($0.id) } == 4)
            #expect(left == [0, 1, 2, 3] && tally.alive == 0)
            #expect(producer.isClosed && producer.poison?.name == "cancel")
            #expect(producer.enqueue(Token(9, tally)).isEnqueued == false)
            #expect(tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.manyConsumers) func twoDrainersShareWhatIsLeft(kind: any ManyConsumersKind.Type) throws {
        func check<K: ManyConsumersKind>(_ kind: K.Type) throws {
            let tally = Tally()
            for _ in 0..<20 {
                var queue = try Queue.make(of: Token.self, kind: kind, capacity: 64)
                var producer = queue.takeProducer()
                let consumer = queue.takeConsumer()
                for i in 0..<64 { _ = producer.tryEnqueue(Token(i, tally)) }
                queue.control.cancel()
                let sum = Counter()
                let count = Counter()
                var threads = Threads()
                threads.start(consumer.clone()) { count.add($0.drain { sum.add($0.id) }) }
                threads.start(consumer) { count.add($0.drain { sum.add($0.id) }) }
                threads.join()
                #expect(count.value == 64 && sum.value == 64 * 63 / 2)
                #expect(tally.alive == 0)
            }
        }
        try check(kind)
    }

    /// No element was thrown away, and no producer was refused.
    @Test(arguments: Kinds.all) func aStreamThatWasTakenToItsEndStaysFinished(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 3)
            let control = queue.control
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            _ = producer.tryEnqueue(1)
            producer.finish()
            #expect(consumer.dequeue() == 1 && consumer.dequeue() == nil)
            _ = consume consumer
            #expect(control.poison?.name == "finish")
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func theLastConsumerTakesAllWithIt(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            for i in 0..<3 { _ = producer.tryEnqueue(Token(i, tally)) }
            #expect(tally.alive == 3)
            _ = consume consumer
            #expect(tally.alive == 0, "before the producers go")
            #expect(producer.isClosed && producer.count == 0)
            #expect(producer.enqueue(Token(4, tally)).isEnqueued == false)
            #expect(tally.alive == 0)
        }
        try check(kind)
    }

    /// Ends, the queue value and the handle are destroyed in every order; elements go with the last consumer, at the
    /// latest.
    @Test(arguments: Kinds.all) func endsGoInAnyOrder(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for order in permutations(of: Array(0..<4)) {
                let tally = Tally()
                var whole = try Queue.make(of: Token.self, kind: kind, capacity: 3)
                var producer: Producer<Token, K>? = whole.takeProducer()
                var consumer: Consumer<Token, K>? = whole.takeConsumer()
                var control: QueueControl? = whole.control
                var queue: Queue<Token, K>? = whole
                for i in 0..<3 { _ = producer!.tryEnqueue(Token(i, tally)) }
                for step in order {
                    switch step {
                    case 0: producer = nil
                    case 1: consumer = nil
                    case 2: queue = nil
                    default: control = nil
                    }
                    #expect(tally.alive == (consumer == nil ? 0 : 3), "\(order) after \(step)")
                    if let control { #expect(control.isClosed == (producer == nil || consumer == nil)) }
                }
                #expect(tally.created == 3 && tally.destroyed == 3 && queue == nil)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func endsThatWereNeverTakenCountAsDropped(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var one = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = one.takeProducer()
            #expect(producer.tryEnqueue(1) == .enqueued)
            _ = consume one
            #expect(producer.isClosed && producer.enqueue(2) == .closed(2))
            var other = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var consumer = other.takeConsumer()
            _ = consume other
            #expect(consumer.dequeue() == nil && consumer.poison?.name == "finish")
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func theHandleOutlivesAllEnds(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let queue = try Queue.make(of: Int.self, kind: kind, capacity: 7)
            let control = queue.control
            _ = consume queue
            #expect(control.isClosed && control.count == 0 && control.capacity == 7)
            control.cancel()
            control.fail(First())
            #expect(control.poison != nil && control.count == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func aCloneOfAClosedQueueIsClosed(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            let producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            queue.control.cancel()
            if var more = K.another(producer) { #expect(more.enqueue(1) == .closed(1)) }
            if var more = K.another(consumer) { #expect(more.dequeue() == nil) }
            #expect(queue.control.isClosed)
        }
        try check(kind)
    }

    private func permutations(of items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { first in permutations(of: items.filter { $0 != first }).map { [first] + $0 } }
    }
}
