import RingQueues
import TestSupport
import Testing

/// One element at a time, no waiting.
@Suite(.watched) struct OneElementTests {
    @Test(arguments: Kinds.all, [1, 2, 3, 7, 8, 1023, 1024])
    func capacityIsExactAndOrderKept(kind: any TestKind.Type, capacity: Int) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            #expect(producer.capacity == capacity && consumer.capacity == capacity)
            // Three rounds begin at different slots, so the wrap falls elsewhere in each.
            for round in 0..<3 {
                #expect(consumer.tryDequeue() == .empty)
                for i in 0..<capacity {
                    #expect(producer.count == i)
                    #expect(producer.tryEnqueue(i) == .enqueued)
                }
                #expect(producer.tryEnqueue(-1) == .full(-1))
                #expect(consumer.count == capacity)
                for i in 0..<capacity { #expect(consumer.tryDequeue() == .dequeued(i), "round \(round)") }
                #expect(consumer.count == 0)
                #expect(producer.tryEnqueue(0) == .enqueued)
                #expect(consumer.tryDequeue() == .dequeued(0))
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func manyLapsKeepOrder(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for capacity in [1, 2, 3, 5, 8] {
                var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
                var producer = queue.takeProducer()
                var consumer = queue.takeConsumer()
                var (sent, taken) = (0, 0)
                for step in 0..<500 {
                    for _ in 0...(step % capacity) where producer.tryEnqueue(sent) == .enqueued { sent += 1 }
                    for _ in 0...(step % 3) where consumer.tryDequeue() == .dequeued(taken) { taken += 1 }
                    #expect(consumer.count == sent - taken)
                }
                #expect(taken > 400)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func aRefusedElementComesBack(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            #expect(producer.tryEnqueue(Token(1, tally)).isEnqueued == true)
            switch producer.tryEnqueue(Token(2, tally)) {
            case .full(let back): #expect(back.id == 2)
            default: Issue.record("not full")
            }
            #expect(tally.alive == 1)
            _ = consume consumer
            switch producer.tryEnqueue(Token(3, tally)) {
            case .closed(let back): #expect(back.id == 3)
            default: Issue.record("not closed")
            }
            switch producer.enqueue(Token(4, tally)) {
            case .closed(let back): #expect(back.id == 4)
            default: Issue.record("not closed")
            }
            #expect(tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func enqueueOrThrowThrowsWhatKeptTheElementOut(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: String.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            try producer.enqueueOrThrow("a")
            try producer.enqueueOrThrow("b")
            #expect(throws: EnqueueError.timedOut) { try producer.enqueueOrThrow("c", until: .after(.zero)) }
            #expect(throws: EnqueueError.timedOut) { try producer.enqueueOrThrow("c", until: .now) }
            #expect(consumer.dequeue() == "a")
            try producer.enqueueOrThrow("c", until: .after(.seconds(1)))
            #expect(consumer.dequeue() == "b")
            try producer.enqueueOrThrow("d", until: .at(.now + .seconds(1)))
            producer.control.cancel()
            #expect(throws: QueueClosed()) { try producer.enqueueOrThrow("e") }
            #expect(throws: EnqueueError.closed) { try producer.enqueueOrThrow("e", until: .after(.seconds(1))) }
            #expect(throws: EnqueueError.closed) { try producer.enqueueOrThrow("e", until: .now) }
        }
        try check(kind)
    }

    @Test func resultsTellWhetherAnElementWasMoved() {
        #expect(EnqueueResult<Int>.enqueued.isEnqueued && !EnqueueResult.closed(1).isEnqueued)
        #expect(TryEnqueueResult<Int>.enqueued.isEnqueued)
        #expect(!TryEnqueueResult.full(1).isEnqueued && !TryEnqueueResult.closed(1).isEnqueued)
        #expect(ConstructResult.enqueued.isEnqueued && !ConstructResult.closed.isEnqueued)
        #expect(TryConstructResult.enqueued.isEnqueued)
        #expect(!TryConstructResult.full.isEnqueued && !TryConstructResult.closed.isEnqueued)
        #expect(TryDequeueResult.dequeued(1).element() == 1)
        #expect(TryDequeueResult<Int>.empty.element() == nil && TryDequeueResult<Int>.closed.element() == nil)
    }

    @Test(arguments: Kinds.manyProducers) func clonedProducersFillOneQueue(kind: any ManyProducersKind.Type) throws {
        func check<K: ManyProducersKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 3)
            var first = queue.takeProducer()
            var second = first.clone()
            var consumer = queue.takeConsumer()
            #expect(first.tryEnqueue(1) == .enqueued)
            #expect(second.tryEnqueue(2) == .enqueued)
            #expect(first.tryEnqueue(3) == .enqueued)
            #expect(second.tryEnqueue(4) == .full(4))
            first.finish()
            #expect(second.isClosed == false)
            #expect([consumer.dequeue(), consumer.dequeue(), consumer.dequeue()] == [1, 2, 3])
            second.finish()
            #expect(consumer.dequeue() == nil)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.manyConsumers) func clonedConsumersShareOneQueue(kind: any ManyConsumersKind.Type) throws {
        func check<K: ManyConsumersKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var first = queue.takeConsumer()
            var second = first.clone()
            for i in 1...3 { #expect(producer.tryEnqueue(i) == .enqueued) }
            #expect(first.tryDequeue() == .dequeued(1))
            #expect(second.tryDequeue() == .dequeued(2))
            _ = consume first
            #expect(producer.isClosed == false)
            #expect(second.tryDequeue() == .dequeued(3))
            _ = consume second
            #expect(producer.isClosed == true)
        }
        try check(kind)
    }
}
