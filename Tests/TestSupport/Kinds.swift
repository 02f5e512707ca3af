package import MutexQueues
package import RingQueues

/// A kind as tests see it: they ask any kind for a further end or for an operation in place, and get `nil` if the kind
/// has no such thing.
package protocol TestKind: QueueKind {
    static func another<E: ~Copyable>(_ producer: borrowing Producer<E, Self>) -> sending Producer<E, Self>?
    static func another<E: ~Copyable>(_ consumer: borrowing Consumer<E, Self>) -> sending Consumer<E, Self>?
    static func construct<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ body: () -> sending E, _ refused: (inout E) -> Void
    ) -> ConstructResult?
    static func use<E: ~Copyable, R>(_ consumer: inout Consumer<E, Self>, _ body: (inout E) -> R) -> R??
    static func enqueueBulk<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ elements: inout sending OutputSpan<E>
    ) -> TryEnqueueManyResult?
    static func dequeueBulk<E: ~Copyable>(
        _ consumer: inout Consumer<E, Self>, _ count: Int, _ elements: inout OutputSpan<E>
    ) -> TryDequeueManyResult?
}

extension TestKind {
    package static func another<E: ~Copyable>(
        _ producer: borrowing Producer<E, Self>
    ) -> sending Producer<E, Self>? { nil }

    package static func another<E: ~Copyable>(
        _ consumer: borrowing Consumer<E, Self>
    ) -> sending Consumer<E, Self>? { nil }

    package static func construct<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ body: () -> sending E, _ refused: (inout E) -> Void
    ) -> ConstructResult? { nil }

    package static func use<E: ~Copyable, R>(
        _ consumer: inout Consumer<E, Self>, _ body: (inout E) -> R
    ) -> R?? { nil }

    package static func enqueueBulk<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ elements: inout sending OutputSpan<E>
    ) -> TryEnqueueManyResult? { nil }

    package static func dequeueBulk<E: ~Copyable>(
        _ consumer: inout Consumer<E, Self>, _ count: Int, _ elements: inout OutputSpan<E>
    ) -> TryDequeueManyResult? { nil }

    /// Names of their own, because ConcurrencyKit's kinds use the other names.
    package static var producersCanBeCloned: Bool { Self.self is any ManyProducers.Type }
    package static var consumersCanBeCloned: Bool { Self.self is any ManyConsumers.Type }
}

extension TestKind where Self: ManyProducers {
    package static func another<E: ~Copyable>(
        _ producer: borrowing Producer<E, Self>
    ) -> sending Producer<E, Self>? { producer.clone() }
}

extension TestKind where Self: ManyConsumers {
    package static func another<E: ~Copyable>(
        _ consumer: borrowing Consumer<E, Self>
    ) -> sending Consumer<E, Self>? { consumer.clone() }
}

extension TestKind where Self: SingleProducer {
    package static func construct<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ body: () -> sending E, _ refused: (inout E) -> Void
    ) -> ConstructResult? { producer.enqueue(constructing: body, undelivered: refused) }
}

extension TestKind where Self: SingleConsumer {
    package static func use<E: ~Copyable, R>(
        _ consumer: inout Consumer<E, Self>, _ body: (inout E) -> R
    ) -> R?? { .some(consumer.dequeue(consuming: body)) }
}

extension TestKind where Self: BulkKind {
    package static func enqueueBulk<E: ~Copyable>(
        _ producer: inout Producer<E, Self>, _ elements: inout sending OutputSpan<E>
    ) -> TryEnqueueManyResult? { producer.tryEnqueueBulk(moving: &elements) }

    package static func dequeueBulk<E: ~Copyable>(
        _ consumer: inout Consumer<E, Self>, _ count: Int, _ elements: inout OutputSpan<E>
    ) -> TryDequeueManyResult? { consumer.tryDequeueBulk(count, into: &elements) }
}

extension Threads {
    /// One for each end of a queue, which gets the number of its end on its side.
    package mutating func start<E: ~Copyable, K: TestKind>(
        _ queue: inout Queue<E, K>, _ producers: Int, _ consumers: Int,
        send: @escaping @Sendable (inout Producer<E, K>, Int) -> Void,
        take: @escaping @Sendable (inout Consumer<E, K>, Int) -> Void
    ) {
        let producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        for p in 1..<producers { start(K.another(producer)!) { send(&$0, p) } }
        for c in 1..<consumers { start(K.another(consumer)!) { take(&$0, c) } }
        start(producer) { send(&$0, 0) }
        start(consumer) { take(&$0, 0) }
    }
}

extension SPSC: TestKind {}
extension MPSC: TestKind {}
extension SPMC: TestKind {}
extension MPMC: TestKind {}
extension ConcurrencyKitSPSC: TestKind {}
extension ConcurrencyKitMPSC: TestKind {}
extension ConcurrencyKitSPMC: TestKind {}
extension ConcurrencyKitMPMC: TestKind {}
extension MutexMPMC: TestKind {}

// The @Test macro takes a name, not a composition.
package typealias BulkTestKind = TestKind & BulkKind
package typealias SingleProducerKind = TestKind & SingleProducer
package typealias SingleConsumerKind = TestKind & SingleConsumer
package typealias ManyProducersKind = TestKind & ManyProducers
package typealias ManyConsumersKind = TestKind & ManyConsumers

package enum Kinds {
    package static let all: [any TestKind.Type] = [
        SPSC.self, MPSC.self, SPMC.self, MPMC.self, ConcurrencyKitSPSC.self, ConcurrencyKitMPSC.self,
        ConcurrencyKitSPMC.self, ConcurrencyKitMPMC.self, MutexMPMC.self,
    ]
    package static let bulk: [any BulkTestKind.Type] = [
        SPSC.self, MPSC.self, SPMC.self, MPMC.self, MutexMPMC.self,
    ]
    package static let constructing: [any SingleProducerKind.Type] = [SPSC.self, SPMC.self]
    package static let consuming: [any SingleConsumerKind.Type] = [SPSC.self, MPSC.self]
    package static let manyProducers: [any ManyProducersKind.Type] = [
        MPSC.self, MPMC.self, ConcurrencyKitMPSC.self, ConcurrencyKitMPMC.self, MutexMPMC.self,
    ]
    package static let manyConsumers: [any ManyConsumersKind.Type] = [
        SPMC.self, MPMC.self, ConcurrencyKitSPMC.self, ConcurrencyKitMPMC.self, MutexMPMC.self,
    ]
    package static let waiting: [WaitStrategy] = [.adaptive, .busySpin, .park]
}
