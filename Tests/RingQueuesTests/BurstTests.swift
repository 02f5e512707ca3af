import RingQueues
import TestSupport
import Testing

private struct Nothing: Sendable {}

/// Several elements by one call: as many as there is room for.
@Suite(.watched) struct BurstTests {
    @Test(arguments: Kinds.all, [1, 2, 3, 7, 8, 1023])
    func aBurstTakesWhatThereIsRoomFor(kind: any TestKind.Type, capacity: Int) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let elements = Array(0..<2 * capacity)
            // Begins at every slot once, so that every wrap happens.
            for start in 0..<min(capacity, 9) {
                #expect(producer.tryEnqueueBurst(copying: elements.span) == .enqueued(capacity), "from \(start)")
                #expect(producer.tryEnqueueBurst(copying: elements.span) == .full)
                withOutputSpan(of: Int.self, capacity: 2 * capacity) { span in
                    #expect(consumer.tryDequeueBurst(into: &span) == .dequeued(capacity))
                    #expect(span.count == capacity)
                    for i in span.indices { #expect(span[i] == i) }
                    #expect(consumer.tryDequeueBurst(into: &span) == .empty)
                }
                #expect(producer.tryEnqueue(0) == .enqueued)
                #expect(consumer.tryDequeue() == .dequeued(0))
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func anEmptyBurstChangesNothing(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let none: [Int] = []
            // On a full, an empty and a closed queue as well, and where a burst of one would wait.
            for _ in 0..<3 {
                #expect(producer.tryEnqueueBurst(copying: none.span) == .enqueued(0))
                #expect(producer.enqueueBurst(copying: none.span) == 0)
                #expect(producer.enqueueBurst(copying: none.span, until: .after(.seconds(9))) == .enqueued(0))
                withOutputSpan(of: Int.self, capacity: 0) { span in
                    #expect(producer.enqueueBurst(moving: &span) == 0)
                    #expect(consumer.tryDequeueBurst(into: &span) == .dequeued(0))
                    #expect(consumer.dequeueBurst(into: &span) == 0)
                }
                if producer.count == 1 { producer.control.cancel() } else { _ = producer.tryEnqueue(1) }
            }
        }
        try check(kind)
    }

    /// More elements than any index counts, which is allowed if they take no memory.
    @Test(arguments: Kinds.all) func aBurstMayBeOfAnyLength(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Nothing.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let place = UnsafeMutablePointer<Nothing>.allocate(capacity: 1)
            defer { unsafe place.deallocate() }
            let many = 1 << 33
            let elements = unsafe UnsafeBufferPointer(start: place, count: many)
            #expect(unsafe producer.tryEnqueueBurst(copying: elements.span) == .enqueued(3))
            var span = unsafe OutputSpan(
                buffer: UnsafeMutableBufferPointer(start: place, count: many), initializedCount: 0)
            #expect(consumer.tryDequeueBurst(into: &span) == .dequeued(3))
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func aMovingBurstLeavesTheRestInFront(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            withOutputSpan(of: Token.self, capacity: 8) { span in
                for i in 0..<8 { span.append(Token(i, tally)) }
                #expect(producer.tryEnqueueBurst(moving: &span) == .enqueued(3))
                #expect(span.count == 5 && span[0].id == 3 && span[4].id == 7)
                #expect(producer.tryEnqueueBurst(moving: &span) == .full)
                #expect(producer.enqueueBurst(moving: &span, until: .after(.zero)) == .full)
                #expect(producer.enqueueBurst(moving: &span, until: .now) == .full)
                #expect(span.count == 5 && span[0].id == 3)
                if let first = consumer.dequeue() { #expect(first.id == 0) }
                #expect(producer.enqueueBurst(moving: &span) == 1)
                #expect(span.count == 4 && span[0].id == 4)
                producer.control.cancel()
                #expect(producer.tryEnqueueBurst(moving: &span) == .closed)
                #expect(producer.enqueueBurst(moving: &span) == nil)
                #expect(span.count == 4 && span[0].id == 4)
            }
            #expect(tally.alive == 3)
            var left: [Int] = []
            #expect(consumer.drain { left.append($0.id) } == 3)
            #expect(left == [1, 2, 3] && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func everyBurstMovesAsManyAsThereIsRoomFor(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let elements = [1, 2, 3]
            func isEmptied() -> Bool { consumer.tryDequeue() == .dequeued(1) && consumer.tryDequeue() == .dequeued(2) }
            #expect(producer.tryEnqueueBurst(copying: elements.span) == .enqueued(2) && isEmptied())
            #expect(producer.enqueueBurst(copying: elements.span) == 2 && isEmptied())
            #expect(producer.enqueueBurst(copying: elements.span, until: .now) == .enqueued(2) && isEmptied())
            #expect(
                producer.enqueueBurst(copying: elements.span, until: .after(.seconds(9))) == .enqueued(2) && isEmptied()
            )
            withOutputSpan(of: Int.self, capacity: 3) { span in
                for element in elements { span.append(element) }
                #expect(producer.enqueueBurst(moving: &span, until: .after(.seconds(9))) == .enqueued(2))
                #expect(span.count == 1 && span[0] == 3 && isEmptied())
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func aBurstIsAppendedToWhatIsThere(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 5)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let elements = [1, 2, 3, 4, 5]
            #expect(producer.enqueueBurst(copying: elements.span, until: .now) == .enqueued(5))
            withOutputSpan(of: Int.self, capacity: 4) { span in
                span.append(0)
                #expect(consumer.dequeueBurst(into: &span) == 3)
                #expect((0..<4).allSatisfy { span[$0] == $0 })
                #expect(consumer.count == 2)
            }
            withOutputSpan(of: Int.self, capacity: 4) { span in
                #expect(consumer.dequeueBurst(into: &span, until: .after(.seconds(1))) == .dequeued(2))
                #expect(consumer.dequeueBurst(into: &span, until: .after(.zero)) == .empty)
                #expect(consumer.dequeueBurst(into: &span, until: .now) == .empty)
            }
            producer.finish()
            withOutputSpan(of: Int.self, capacity: 4) { span in
                #expect(consumer.dequeueBurst(into: &span) == nil)
                #expect(consumer.tryDequeueBurst(into: &span) == .closed)
                #expect(span.count == 0)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func aWaitingBurstTakesTheFirstThatComes(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4)
            var producer = queue.takeProducer()
            let taken = Counter()
            var threads = Threads()
            threads.start(queue.takeConsumer()) { consumer in
                withOutputSpan(of: Int.self, capacity: 4) { span in
                    if consumer.dequeueBurst(into: &span) == 1 { taken.add(span[0]) }
                }
            }
            threads.waitUntilAsleep()
            #expect(producer.tryEnqueue(7) == .enqueued)
            threads.join()
            #expect(taken.value == 7)
        }
        try check(kind)
    }
}

/// Several elements by one call: all or none.
@Suite(.watched) struct BulkTests {
    @Test(arguments: Kinds.bulk) func allOrNone(kind: any BulkTestKind.Type) throws {
        func check<K: BulkTestKind>(_ kind: K.Type) throws {
            for capacity in [1, 2, 3, 7, 8] {
                var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
                var producer = queue.takeProducer()
                var consumer = queue.takeConsumer()
                let all = Array(0..<capacity)
                let one = [0]
                for _ in 0..<capacity + 1 {
                    #expect(producer.tryEnqueueBulk(copying: all.span) == .enqueued(capacity))
                    #expect(producer.tryEnqueueBulk(copying: one.span) == .full)
                    withOutputSpan(of: Int.self, capacity: capacity) { span in
                        #expect(consumer.tryDequeueBulk(1, into: &span) == .dequeued(1))
                        #expect(consumer.tryDequeueBulk(capacity - 1, into: &span) == .dequeued(capacity - 1))
                        #expect((0..<capacity).allSatisfy { span[$0] == $0 })
                    }
                    // One inside leaves no room for all.
                    #expect(producer.tryEnqueue(9) == .enqueued)
                    #expect(producer.tryEnqueueBulk(copying: all.span) == .full)
                    #expect(producer.count == 1)
                    withOutputSpan(of: Int.self, capacity: capacity) { span in
                        let expected: TryDequeueManyResult = capacity == 1 ? .dequeued(1) : .empty
                        #expect(consumer.tryDequeueBulk(capacity, into: &span) == expected)
                    }
                    _ = consumer.tryDequeue()
                }
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.bulk) func aRefusedBulkStaysTheCallers(kind: any BulkTestKind.Type) throws {
        func check<K: BulkTestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            withOutputSpan(of: Token.self, capacity: 2) { span in
                for i in 0..<2 { span.append(Token(i, tally)) }
                #expect(producer.tryEnqueueBulk(moving: &span) == .enqueued(2))
                #expect(span.count == 0)
                for i in 2..<4 { span.append(Token(i, tally)) }
                #expect(producer.tryEnqueueBulk(moving: &span) == .full)
                #expect(span.count == 2 && span[0].id == 2)
                producer.control.cancel()
                #expect(producer.tryEnqueueBulk(moving: &span) == .closed)
                #expect(span.count == 2 && span[1].id == 3)
            }
            #expect(tally.alive == 2)
            withOutputSpan(of: Token.self, capacity: 2) { span in
                #expect(consumer.tryDequeueBulk(2, into: &span) == .closed)
                #expect(consumer.tryDequeueBulk(0, into: &span) == .dequeued(0))
            }
            #expect(consumer.drain { _ in } == 2)
            #expect(tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.bulk) func remainingElementsMayBeTooFewForABulk(kind: any BulkTestKind.Type) throws {
        func check<K: BulkTestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 3)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            #expect(producer.tryEnqueue(1) == .enqueued)
            producer.finish()
            withOutputSpan(of: Int.self, capacity: 3) { span in
                #expect(consumer.tryDequeueBulk(2, into: &span) == .empty)
                #expect(consumer.tryDequeueBurst(into: &span) == .dequeued(1))
                #expect(consumer.tryDequeueBulk(2, into: &span) == .closed)
            }
        }
        try check(kind)
    }
}
