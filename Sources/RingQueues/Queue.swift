/// A bounded queue, which gives away its two ends.
///
///     var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1024)
///     var producer = queue.takeProducer()
///     var consumer = queue.takeConsumer()
///
/// A program works with the ends, and passes each to a thread. When the queue value is destroyed, an end that was not taken
/// counts as dropped.
public struct Queue<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    @usableFromInline let core: QueueCore<Element, Kind>
    @usableFromInline var producerTaken = false
    @usableFromInline var consumerTaken = false

    @usableFromInline
    init(core: QueueCore<Element, Kind>) { self.core = core }

    deinit {
        if !producerTaken { core.dropProducer() }
        if !consumerTaken { core.dropConsumer() }
    }

    /// Makes a queue.
    ///
    /// - Parameters:
    ///   - of: the type of the elements.
    ///   - kind: ``SPSC``, ``MPSC``, ``SPMC``, ``MPMC`` or another kind; choose the cheapest that your threads allow.
    ///   - capacity: exactly how many elements fit, 1 to ``QueueLimits/maximumCapacity``.
    ///   - waiting: how threads wait, see ``WaitStrategy``.
    /// - Returns: the queue, with both of its ends still to be taken.
    /// - Throws: ``QueueError`` if the capacity is out of range (for ConcurrencyKit's own rings, also if the capacity times the
    ///   size of an element is) or there is not enough memory. Sizes are counted in 64 bits, and the error names the size of
    ///   a slot. A queue that was made has memory for `capacity` elements, however large they are.
    /// - Complexity: O(1) for the rings, which do not touch their memory before they use it.
    public static func make(
        of: Element.Type = Element.self, kind: Kind.Type = Kind.self, capacity: Int,
        waiting: WaitStrategy = .adaptive
    ) throws(QueueError) -> sending Queue<Element, Kind> {
        Queue(core: try QueueCore(capacity: capacity, waiting: waiting))
    }

    /// Takes the producer end.
    ///
    /// - Returns: the end. If the kind allows several producers, ``Producer/clone()`` makes more.
    /// - Precondition: it was not taken before.
    public mutating func takeProducer() -> sending Producer<Element, Kind> {
        require(!producerTaken, "the producer end of a queue can be taken once; clone() makes more of them")
        producerTaken = true
        return Producer(core: core)
    }

    /// Takes the consumer end.
    ///
    /// - Returns: the end. If the kind allows several consumers, ``Consumer/clone()`` makes more.
    /// - Precondition: it was not taken before.
    public mutating func takeConsumer() -> sending Consumer<Element, Kind> {
        require(!consumerTaken, "the consumer end of a queue can be taken once; clone() makes more of them")
        consumerTaken = true
        return Consumer(core: core)
    }

    /// A handle on the queue for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

@available(*, unavailable)
extension Queue: Sendable where Element: ~Copyable {}
