import RingQueues
import TestSupport
import Testing

/// Calls that suspend their task: what ends them, and what they leave.
@Suite(.watched) struct AsyncTests {
    @Test(arguments: Kinds.all) func anElementResumesAConsumer(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            let control = queue.control
            let consumer = queue.takeConsumer()
            let taken = Task.running(consumer) { consumer in
                var sum = 0
                while case .dequeued(let number) = await consumer.dequeue() { sum += number }
                return sum
            }
            for number in 1...3 {
                await control.waitUntilSuspended(.consumer)
                #expect(producer.tryEnqueue(number) == .enqueued)
            }
            await control.waitUntilSuspended(.consumer)
            producer.finish()
            #expect(await taken.value == 6)
            #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func roomResumesAProducer(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            let producer = queue.takeProducer()
            let control = queue.control
            var consumer = queue.takeConsumer()
            let sent = Task.running(producer) { producer in
                for number in 0..<4 { #expect(await producer.enqueue(number) == .enqueued) }
            }
            for number in 0..<3 {
                await control.waitUntilSuspended(.producer)
                #expect(consumer.tryDequeue() == .dequeued(number))
            }
            await sent.value
            #expect(consumer.tryDequeue() == .dequeued(3))
            #expect(consumer.tryDequeue() == .closed)
            #expect(control.waiters(.producer) == 0 && control.sleepers(.producer) == 0)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func cancellationReturnsTheElement(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            let control = queue.control
            var consumer = queue.takeConsumer()
            #expect(producer.tryEnqueue(1) == .enqueued)
            let sent = Task.running(producer) { producer in
                let result = await producer.enqueue(2)
                // A cancelled task tries, and does not wait.
                let again = await producer.enqueue(3)
                return (result, again)
            }
            await control.waitUntilSuspended(.producer)
            sent.cancel()
            let (result, again) = await sent.value
            #expect(result == .full(2) && again == .full(3))
            #expect(control.waiters(.producer) == 0 && control.sleepers(.producer) == 0)
            #expect(consumer.tryDequeue() == .dequeued(1))
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func cancellationLeavesTheQueueOpen(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            let control = queue.control
            let consumer = queue.takeConsumer()
            let taken = Task.running(consumer) { consumer in
                let first = await consumer.dequeue()
                return (first, await consumer.dequeue(until: .after(.seconds(1000))), consumer.isClosed)
            }
            await control.waitUntilSuspended(.consumer)
            taken.cancel()
            let (first, second, isClosed) = await taken.value
            #expect(first == .empty && second == .empty && !isClosed)
            #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
            #expect(producer.tryEnqueue(1) == .closed(1), "the consumer is gone with its task")
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func aDeadlineEndsTheSuspension(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let start = ContinuousClock.now
            #expect(await consumer.dequeue(until: .after(.milliseconds(20))) == .empty)
            #expect(ContinuousClock.now - start >= .milliseconds(20))
            #expect(await producer.enqueue(1, until: .at(.now + .seconds(1000))) == .enqueued)
            #expect(await producer.enqueue(2, until: .after(.milliseconds(1))) == .full(2))
            #expect(await producer.enqueue(2, until: .now) == .full(2))
            #expect(await producer.enqueue(2, until: .after(.zero)) == .full(2))
            #expect(await consumer.dequeue(until: .after(.seconds(1000))) == .dequeued(1))
            #expect(await consumer.dequeue(until: .now) == .empty)
            #expect(consumer.control.waiters(.consumer) == 0 && producer.control.waiters(.producer) == 0)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func anElementComesBeforeTheDeadline(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            let control = queue.control
            let consumer = queue.takeConsumer()
            let taken = Task.running(consumer) { consumer in
                var sum = 0
                while case .dequeued(let number) = await consumer.dequeue(until: .after(.seconds(1000))) {
                    sum += number
                }
                return (sum, consumer.poison == nil)
            }
            for number in 1...3 {
                await control.waitUntilSuspended(.consumer)
                #expect(producer.tryEnqueue(number) == .enqueued)
            }
            await control.waitUntilSuspended(.consumer)
            control.cancel()
            let (sum, isOpen) = await taken.value
            #expect(sum == 6 && !isOpen)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all, [true, false]) func everyEndOfAQueueResumesBothSides(
        kind: any TestKind.Type, fails: Bool
    ) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var full = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = full.takeProducer()
            let filled = full.control
            #expect(producer.tryEnqueue(0) == .enqueued)
            let sent = Task.running(producer) { await $0.enqueue(1) }
            var empty = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            let drained = empty.control
            let taken = Task.running(empty.takeConsumer()) { await $0.dequeue() }
            await filled.waitUntilSuspended(.producer)
            await drained.waitUntilSuspended(.consumer)
            for control in [filled, drained] { if fails { control.fail(Failure()) } else { control.cancel() } }
            #expect(await sent.value == .closed(1))
            #expect(await taken.value == .closed)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func droppingAnEndResumesTheOtherSide(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            let control = queue.control
            #expect(producer.tryEnqueue(0) == .enqueued)
            let sent = Task.running(producer) { await $0.enqueue(1) }
            await control.waitUntilSuspended(.producer)
            do { _ = queue.takeConsumer() }
            #expect(await sent.value == .closed(1))
        }
        try await check(kind)
    }

    @Test func aTaskThatWasCancelledTriesOnce() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var producer = queue.takeProducer()
        let tried = Counter()
        let taken = Task.running(queue.takeConsumer()) { consumer in
            while !Task.isCancelled { await Task.yield() }
            let first = await consumer.dequeue()
            tried.add()
            while consumer.count == 0 { await Task.yield() }
            return (first, await consumer.dequeue())
        }
        taken.cancel()
        while tried.value == 0 { await Task.yield() }
        #expect(producer.tryEnqueue(1) == .enqueued)
        let (first, second) = await taken.value
        #expect(first == .empty && second == .dequeued(1))
    }

    @Test func anElementThatCannotBeCopiedComesBack() async throws {
        let tally = Tally()
        var queue = try Queue.make(of: Token.self, kind: MPMC.self, capacity: 1)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        #expect(await producer.enqueue(Token(1, tally)).isEnqueued)
        switch await producer.enqueue(Token(2, tally), until: .after(.milliseconds(1))) {
        case .full(let token): #expect(token.id == 2)
        case .enqueued: Issue.record("the queue was full")
        case .closed: Issue.record("the queue was open")
        }
        switch await consumer.dequeue() {
        case .dequeued(let token): #expect(token.id == 1)
        case .empty: Issue.record("the queue had an element")
        case .closed: Issue.record("the queue was open")
        }
        #expect(tally.alive == 0)
    }
}

private struct Failure: Error {}
