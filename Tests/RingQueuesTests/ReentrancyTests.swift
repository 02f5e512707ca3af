import RingQueues
import Synchronization
import TestSupport
import Testing

/// Elements whose deinit calls back into a queue: nothing may be held or half done while they are destroyed.
@Suite(.watched) struct ReentrancyTests {
    /// The actor that destroys a remaining element: the last consumer, a drain, or the last producer of an orphaned
    /// queue.
    private func leftovers<K: TestKind>(_ kind: K.Type, atEnd: @escaping @Sendable (QueueControl, Int) -> Void) throws {
        for drained in [false, true] {
            let tally = Tally()
            var queue = try Queue.make(of: Witness.self, kind: kind, capacity: 4)
            let control = queue.control
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<4 { _ = producer.tryEnqueue(Witness(i, tally) { atEnd(control, i) }) }
            if drained { consumer.drain { _ in } }
            _ = consume consumer
            _ = producer.tryEnqueue(Witness(4, tally) { atEnd(control, 4) })
            producer.finish()
            #expect(tally.created == 5 && tally.alive == 0)
        }
    }

    @Test(arguments: Kinds.all) func anEndThatCancels(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            try leftovers(kind) { control, _ in control.cancel() }
            try leftovers(kind) { control, i in control.fail(QueueError.invalidCapacity(i)) }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func anEndThatLooks(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            try leftovers(kind) { control, _ in _ = (control.count, control.isClosed, control.poison, control.capacity)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func anEndThatEnqueuesElsewhere(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var other = try Queue.make(of: Int.self, kind: kind, capacity: 16)
            let sink = Mutex(Optional(other.takeProducer()))
            let borrowed = Borrowed(sink)
            try leftovers(kind) { _, i in borrowed.enqueue(i) }
            borrowed.finish()
            var consumer = other.takeConsumer()
            var seen: [Int] = []
            while let i = consumer.dequeue() { seen.append(i) }
            #expect(seen == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
        }
        try check(kind)
    }

    /// Elements hold producers of their own queue: the last of them goes while the last consumer sweeps.
    @Test(arguments: Kinds.manyProducers) func anEndThatDropsAProducer(kind: any ManyProducersKind.Type) throws {
        func check<K: ManyProducersKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Holding.self, kind: kind, capacity: 4)
            var producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            for i in 0..<4 {
                let held = Exchange<Producer<Holding, K>>()
                held.leave(producer.clone())
                _ = producer.tryEnqueue(Holding(Witness(i, tally), held))
            }
            producer.finish()
            #expect(queue.control.isClosed == false)
            _ = consume consumer
            #expect(tally.created == 4 && tally.alive == 0)
            #expect(queue.control.count == 0)
        }
        try check(kind)
    }

    /// Elements hold consumers of their own queue, which go while another drains.
    @Test(arguments: Kinds.manyConsumers) func anEndThatDropsAConsumer(kind: any ManyConsumersKind.Type) throws {
        func check<K: ManyConsumersKind>(_ kind: K.Type) throws {
            let tally = Tally()
            var queue = try Queue.make(of: Holding.self, kind: kind, capacity: 4)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<4 {
                let held = Exchange<Consumer<Holding, K>>()
                held.leave(consumer.clone())
                _ = producer.tryEnqueue(Holding(Witness(i, tally), held))
            }
            if let first = consumer.dequeue() { _ = first }
            #expect(tally.alive == 3 && queue.control.isClosed == false)
            #expect(consumer.drain { _ in } == 3)
            _ = consume consumer
            #expect(tally.created == 4 && tally.alive == 0)
        }
        try check(kind)
    }
}

/// A producer that several elements share.
private final class Borrowed<K: TestKind>: Sendable {
    private let producer: Mutex<Producer<Int, K>?>

    init(_ producer: consuming sending Mutex<Producer<Int, K>?>) { self.producer = producer }

    func enqueue(_ i: Int) { producer.withLock { producer in if producer != nil { _ = producer!.tryEnqueue(i) } } }
    func finish() { producer.withLock { $0 = nil } }
}

/// An element that holds something and a witness.
private final class Holding: Sendable {
    private let witness: Witness
    private let held: any Sendable

    init(_ witness: Witness, _ held: any Sendable) {
        self.witness = witness
        self.held = held
    }
}
