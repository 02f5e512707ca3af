import RingQueues
import TestSupport
import Testing

/// Loops over `elements()`: what they deliver, and where the rest goes.
@Suite(.watched) struct ElementsTests {
    @Test(arguments: Kinds.all) func deliversAllElementsInOrder(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 100)
            let control = queue.control
            let sent = Task.running(queue.takeProducer()) { producer in
                for number in 0..<1000 { #expect(await producer.enqueue(number) == .enqueued) }
            }
            var received: [Int] = []
            for await number in queue.takeConsumer().elements() { received.append(number) }
            await sent.value
            #expect(received == Array(0..<1000))
            #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
            guard case .finished = control.poison else {
                Issue.record("\(String(describing: control.poison))")
                return
            }
        }
        try await check(kind)
    }

    @Test(arguments: Kinds.all) func suspendsUntilAnElementComes(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            let control = queue.control
            let taken = Task.running(Optional(queue.takeConsumer())) { consumer in
                var sum = 0
                for await number in consumer.take()!.elements() { sum += number }
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

    @Test(arguments: Kinds.all) func theNextLoopContinues(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 10)
            var producer = queue.takeProducer()
            for number in 0..<10 { #expect(producer.tryEnqueue(number) == .enqueued) }
            producer.finish()
            let elements = queue.takeConsumer().elements()
            var received: [Int] = []
            for _ in 0..<3 {
                for await number in elements {
                    received.append(number)
                    if received.count % 3 == 0 { break }
                }
            }
            for await number in elements { received.append(number) }
            #expect(received == Array(0..<10))
        }
        try await check(kind)
    }

    @Test func undeliveredElementsAreHandedOver() async throws {
        let tally = Tally()
        var queue = try Queue.make(of: Shared.self, kind: MPMC.self, capacity: 200)
        var producer = queue.takeProducer()
        var other = queue.takeConsumer()
        for number in 0..<100 { _ = producer.tryEnqueue(Shared(number, tally)) }
        var undelivered: [Int] = []
        for await element in other.clone().elements(undelivered: { undelivered.append($0.id) }) {
            #expect(element.id == 0)
            break
        }
        #expect(undelivered == Array(1..<64))
        var rest: [Int] = []
        while case .dequeued(let element) = other.tryDequeue() { rest.append(element.id) }
        #expect(rest == Array(64..<100))
        #expect(tally.alive == 0)
    }

    @Test func undeliveredElementsAreDestroyedOnce() async throws {
        let tally = Tally()
        var queue = try Queue.make(of: Shared.self, kind: SPSC.self, capacity: 100)
        var producer = queue.takeProducer()
        for number in 0..<100 { _ = producer.tryEnqueue(Shared(number, tally)) }
        for await _ in queue.takeConsumer().elements() { break }
        #expect(tally.alive == 0)
        #expect(producer.tryEnqueue(Shared(0, tally)).isEnqueued == false, "the consumer was dropped with its loop")
    }

    @Test func cancellationDeliversTheBurstAndLeavesTheRest() async throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 200)
        var producer = queue.takeProducer()
        var other = queue.takeConsumer()
        for number in 0..<100 { #expect(producer.tryEnqueue(number) == .enqueued) }
        let taken = Task.running(Optional(other.clone())) { consumer in
            var received: [Int] = []
            for await number in consumer.take()!.elements() {
                received.append(number)
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            }
            return received
        }
        #expect(await taken.value == Array(0..<64))
        #expect(!other.isClosed && other.tryDequeue() == .dequeued(64))
    }

    @Test(arguments: Kinds.all) func cancellationResumesTheLoop(kind: any TestKind.Type) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var producer = queue.takeProducer()
            let control = queue.control
            let taken = Task.running(Optional(queue.takeConsumer())) { consumer in
                let elements = consumer.take()!.elements()
                for await _ in elements {}
                return control.isClosed
            }
            await control.waitUntilSuspended(.consumer)
            taken.cancel()
            #expect(await taken.value == false)
            #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
            #expect(producer.tryEnqueue(1) == .closed(1))
        }
        try await check(kind)
    }

    @Test func theReasonOfTheEndStaysReadable() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 2)
        let control = queue.control
        let producer = queue.takeProducer()
        let elements = queue.takeConsumer().elements()
        control.fail(Broken())
        for await _ in elements { Issue.record("the queue had no element") }
        guard case .failed(let error) = control.poison else {
            Issue.record("\(String(describing: control.poison))")
            return
        }
        #expect(error is Broken)
        producer.finish()
    }
}

private struct Broken: Error {}

/// An element that can be copied, and is counted as long as a copy lives.
private final class Shared: Sendable {
    let id: Int
    let tally: Tally

    init(_ id: Int, _ tally: Tally) {
        self.id = id
        self.tally = tally
        tally.count()
    }

    deinit { tally.uncount() }
}
