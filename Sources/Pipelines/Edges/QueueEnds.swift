public import RingQueues

/// What a pipeline knows about the ends of one queue: the edge that they belong to, and when they are made and dropped.
@usableFromInline
protocol EdgeEnds: AnyObject, Sendable {
    var edge: Edge { get }
    /// Sets the edge to one that other ends of the same queue have.
    func share(_ edge: Edge)
    /// Makes the queue, unless it was given. `capacity` applies if the stage sets none.
    func open(capacity: Int, waiting: WaitStrategy) throws(QueueError)
    /// Drops the ends, once the workers have their own.
    func drop()
}

/// The ends of one queue between two stages, until their workers have them.
@usableFromInline
final class QueueEnds<Element: ~Copyable, Kind: QueueKind>: EdgeEnds {
    // Guarded, because a stage that is wired by hand may be added to pipelines that several threads start.
    private let shared: Guarded<Edge>
    private let producer: Guarded<Producer<Element, Kind>?>
    private let consumer: Guarded<Consumer<Element, Kind>?>
    /// Whether several workers enqueue, and whether several dequeue: each then gets a clone.
    private let hasProducers: Bool
    private let hasConsumers: Bool
    @usableFromInline let undelivered: Undelivered<Element>
    private let isGiven: Bool
    private let capacity: Int?
    /// Whether the producers wait for room. If not, an element that finds no room is undelivered.
    @usableFromInline let waits: Bool

    /// Both ends of a queue that is made when the pipeline starts.
    @usableFromInline
    init(hasProducers: Bool, hasConsumers: Bool, _ options: StageOptions, _ undelivered: Undelivered<Element>) {
        shared = Guarded(Edge())
        producer = Guarded(nil)
        consumer = Guarded(nil)
        self.undelivered = undelivered
        self.hasProducers = hasProducers
        self.hasConsumers = hasConsumers
        isGiven = false
        capacity = options.capacity
        waits = options.whenFull == .wait
    }

    /// The producer end of an existing queue.
    @usableFromInline
    init(_ producer: consuming sending Producer<Element, Kind>, isShared: Bool) {
        let edge = Edge()
        shared = Guarded(edge)
        undelivered = Undelivered(nil)
        hasProducers = isShared
        hasConsumers = false
        isGiven = true
        capacity = nil
        waits = true
        edge.opened(producer.control)
        self.producer = Guarded(producer)
        consumer = Guarded(nil)
    }

    /// The consumer end of an existing queue.
    @usableFromInline
    init(_ consumer: consuming sending Consumer<Element, Kind>, isShared: Bool, _ undelivered: Undelivered<Element>) {
        let edge = Edge()
        shared = Guarded(edge)
        self.undelivered = undelivered
        hasProducers = false
        hasConsumers = isShared
        isGiven = true
        capacity = nil
        waits = true
        edge.opened(consumer.control)
        self.consumer = Guarded(consumer)
        producer = Guarded(nil)
    }

    @usableFromInline
    var edge: Edge { shared.withLock { $0 } }

    @usableFromInline
    func share(_ edge: Edge) { shared.withLock { $0 = edge } }

    @usableFromInline
    func open(capacity: Int, waiting: WaitStrategy) throws(QueueError) {
        if isGiven { return }
        let capacity = self.capacity ?? capacity
        var queue = try Queue.make(of: Element.self, kind: Kind.self, capacity: capacity, waiting: waiting)
        edge.opened(queue.control)
        producer.withLock { $0 = queue.takeProducer() }
        consumer.withLock { $0 = queue.takeConsumer() }
    }

    @usableFromInline
    func drop() {
        // Destroyed after unlocking, because elements may be destroyed with an end.
        _ = producer.withLock { $0.take() }
        _ = consumer.withLock { $0.take() }
    }

    /// The producer end for one worker.
    @usableFromInline
    func leaseProducer() -> Lease<Producer<Element, Kind>> {
        producer.withLock { producer in
            require(producer != nil, Self.isGone)
            return Lease(hasProducers ? producer!.uncheckedClone() : producer.take()!)
        }
    }

    /// The consumer end for one worker.
    @usableFromInline
    func leaseConsumer() -> Lease<Consumer<Element, Kind>> {
        consumer.withLock { consumer in
            require(consumer != nil, Self.isGone)
            return Lease(hasConsumers ? consumer!.uncheckedClone() : consumer.take()!)
        }
    }

    private static var isGone: String { "the end of a queue has gone: a stage that is wired by hand is added once" }
}

/// Keeps an end of a queue for its users: an outlet, an inlet, or the workers of stages with dead letters.
@usableFromInline
final class Lease<End: ~Copyable> {
    @usableFromInline var end: End

    @usableFromInline
    init(_ end: consuming End) { self.end = end }
}
