/// A bounded queue whose two ends have not all been handed out yet.
///
///     var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1024)
///     var producer = queue.takeProducer()
///     var consumer = queue.takeConsumer()
///
/// A program works with the ends; each goes to a thread. An end that was not taken when the queue value is destroyed
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
    ///   - kind: ``SPSC``, ``MPSC``, ``SPMC``, ``MPMC`` or another; the cheapest one that the ends allow.
    ///   - capacity: exactly how many elements fit, 1 to ``QueueLimits/maximumCapacity``.
    ///   - waiting: how threads wait, see ``WaitStrategy``.
    /// - Returns: the queue, both of its ends still to be taken.
    /// - Throws: ``QueueError`` if the capacity is out of range (for ConcurrencyKit's own rings, the capacity times the size of
    ///   an element) or there is no memory. Sizes are counted in 64 bits, and the error names the size of a slot: a queue
    ///   that was made has memory for `capacity` elements, however large they are.
    /// - Complexity: O(1) for the rings; their memory is touched as it is first used.
    public static func make(
        of: Element.Type = Element.self, kind: Kind.Type = Kind.self, capacity: Int,
        waiting: WaitStrategy = .adaptive
    ) throws(QueueError) -> sending Queue<Element, Kind> {
        Queue(core: try QueueCore(capacity: capacity, waiting: waiting))
    }

    /// Takes the producer end.
    ///
    /// - Returns: the end. More of them come from ``Producer/clone()``, where the kind allows several.
    /// - Precondition: it was not taken before.
    public mutating func takeProducer() -> sending Producer<Element, Kind> {
        require(!producerTaken, "the producer end of a queue can be taken once; clone() makes more of them")
        producerTaken = true
        return Producer(core: core)
    }

    /// Takes the consumer end.
    ///
    /// - Returns: the end. More of them come from ``Consumer/clone()``, where the kind allows several.
    /// - Precondition: it was not taken before.
    public mutating func takeConsumer() -> sending Consumer<Element, Kind> {
        require(!consumerTaken, "the consumer end of a queue can be taken once; clone() makes more of them")
        consumerTaken = true
        return Consumer(core: core)
    }

    /// A handle for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

@available(*, unavailable)
extension Queue: Sendable where Element: ~Copyable {}
