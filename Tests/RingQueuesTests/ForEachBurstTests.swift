import RingQueues
import TestSupport
import Testing

/// `forEachBurst`: what the body gets, what ends it, and what is left.
@Suite(.watched) struct ForEachBurstTests {
    @Test(arguments: Kinds.all) func takesAllElementsInOrder(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            let tally = Tally()
            var queue = try Queue.make(of: Token.self, kind: kind, capacity: 100)
            let sent = Task.running(queue.takeProducer()) { producer in
                for number in 0..<1000 { #expect(await producer.enqueue(Token(number, tally)).isEnqueued) }
            }
            var consumer = queue.takeConsumer()
            var received: [Int] = []
            let poison = await consumer.forEachBurst(upTo: 7) { burst in
                #expect(1...7 ~= burst.count && !burst.isEmpty && burst.span.count == burst.count)
                let first = burst.span[0].id
                while let token = burst.popFirst() { received.append(token.id) }
                #expect(received[received.count - 1] >= first && burst.isEmpty && burst.count == 0)
            }
            await sent.value
            #expect(received == Array(0..<1000))
            guard case .finished = poison else {
                Issue.record("\(String(describing: poison))")
                return
            }
            #expect(tally.alive == 0 && consumer.control.waiters(.consumer) == 0)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func suspendsUntilAnElementComes(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            let control = queue.control
            let taken = Task.running(queue.takeConsumer()) { consumer in
                var sum = 0
                let poison = await consumer.forEachBurst { burst in
                    while let number = burst.popFirst() { sum += number }
                }
                if case .failed(Broken.other) = poison { return sum }
                return -1
            }
            for number in 1...3 {
                await control.waitUntilSuspended(.consumer)
                #expect(producer.tryEnqueue(number) == .enqueued)
            }
            await control.waitUntilSuspended(.consumer)
            control.fail(Broken.other)
            #expect(await taken.value == 6)
            #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func cancellationKeepsTheEndAndTheElements(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 10)
            var producer = queue.takeProducer()
            let control = queue.control
            let returned = Counter()
            let taken = Task.running(queue.takeConsumer()) { consumer in
                // Cancelled while it is suspended.
                var isOpen = await consumer.forEachBurst { _ in } == nil
                returned.add()
                while consumer.count < 4 { await Task.yield() }
                // Cancelled before the call: it takes nothing, although there are elements.
                isOpen =
                    await consumer.forEachBurst { _ in Issue.record("a cancelled task took elements") } == nil && isOpen
                return (isOpen && !consumer.isClosed, consumer.tryDequeue())
            }
            await control.waitUntilSuspended(.consumer)
            taken.cancel()
            while returned.value == 0 { await Task.yield() }
            for number in 0..<4 { #expect(producer.tryEnqueue(number) == .enqueued) }
            let (isOpen, first) = await taken.value
            #expect(isOpen && first == .dequeued(0))
        }
        try await check(kind)
    }

    @Test func aTaskThatIsCancelledInTheBodyTakesNoFurtherBurst() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 10)
        var producer = queue.takeProducer()
        for number in 0..<10 { #expect(producer.tryEnqueue(number) == .enqueued) }
        let taken = Task.running(queue.takeConsumer()) { consumer in
            var received: [Int] = []
            let poison = await consumer.forEachBurst(upTo: 4) { burst in
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                while let number = burst.popFirst() { received.append(number) }
            }
            return (received, poison == nil, consumer.count)
        }
        let (received, isOpen, left) = await taken.value
        #expect(received == [0, 1, 2, 3] && isOpen && left == 6)
    }

    @Test func anErrorOfTheBodyKeepsTheEnd() async throws {
        let tally = Tally()
        var queue = try Queue.make(of: Token.self, kind: SPSC.self, capacity: 10)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for number in 0..<10 { _ = producer.tryEnqueue(Token(number, tally)) }
        do throws(Broken) {
            _ = try await consumer.forEachBurst(upTo: 4) { burst throws(Broken) in
                let first = id(burst.popFirst())
                #expect(first == 0)
                throw .body
            }
            Issue.record("it did not throw")
        } catch {
            #expect(error == .body)
        }
        #expect(tally.alive == 6, "the elements that the body left are destroyed")
        let next = id(consumer.tryDequeue().element())
        #expect(next == 4)
    }

    @Test func elementsThatTheBodyLeavesAreDestroyed() async throws {
        let tally = Tally()
        var queue = try Queue.make(of: Token.self, kind: SPSC.self, capacity: 10)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for number in 0..<10 { _ = producer.tryEnqueue(Token(number, tally)) }
        producer.finish()
        var firsts: [Int] = []
        _ = await consumer.forEachBurst(upTo: 4) { burst in
            #expect(tally.alive == 10 - firsts.count * 4)
            firsts.append(burst.span[0].id)
            if firsts.count == 2 { burst.removeAll() }
        }
        #expect(firsts == [0, 4, 8] && tally.alive == 0)
    }

    @Test func elementsThatAreNotSendableMoveOn() async throws {
        var queue = try Queue.make(of: Box.self, kind: SPSC.self, capacity: 4)
        var next = try Queue.make(of: Box.self, kind: SPSC.self, capacity: 4)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        var forward = next.takeProducer()
        var last = next.takeConsumer()
        for number in 0..<4 { #expect(producer.tryEnqueue(Box(number)).isEnqueued) }
        producer.finish()
        _ = await consumer.forEachBurst { burst in
            while let box = burst.popFirst() { #expect(await forward.enqueue(box).isEnqueued) }
        }
        for number in 0..<4 { #expect(last.tryDequeue().element()?.number == number) }
    }

    @Test func staysOnTheActorOfItsCaller() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let control = queue.control
        let summing = Summing(queue.takeConsumer())
        let running = Task { await summing.run() }
        await control.waitUntilSuspended(.consumer)
        var producer = queue.takeProducer()
        for number in 1...3 { #expect(producer.tryEnqueue(number) == .enqueued) }
        producer.finish()
        await running.value
        #expect(await summing.sum == 6)
    }
}

/// The number of a token.
private func id(_ token: consuming Token?) -> Int? {
    if let token { token.id } else { nil }
}

private enum Broken: Error { case body, other }

private final class Box {
    let number: Int
    init(_ number: Int) { self.number = number }
}

/// Its body changes the state of the actor without `await`.
private actor Summing {
    private let input: Handover<Consumer<Int, SPSC>>
    var sum = 0

    init(_ consumer: consuming sending Consumer<Int, SPSC>) { input = Handover(consumer) }

    func run() async {
        var consumer = input.take()
        _ = await consumer.forEachBurst { burst in
            self.assertIsolated()
            while let number = burst.popFirst() { sum += number }
        }
    }
}
