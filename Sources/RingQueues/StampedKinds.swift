// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// StampedKind declares and documents the requirements.

/// Many producers, one consumer. ``MPMC`` says what it promises.
public enum MPSC: StampedKind, ManyProducers, SingleConsumer {
    @inlinable package static var hasSingleProducer: Bool { false }
    @inlinable package static var hasSingleConsumer: Bool { true }
}

/// One producer, many consumers. ``MPMC`` says what it promises.
public enum SPMC: StampedKind, SingleProducer, ManyConsumers {
    @inlinable package static var hasSingleProducer: Bool { true }
    @inlinable package static var hasSingleConsumer: Bool { false }
}

/// Many producers, many consumers.
///
/// Elements are dequeued in the order in which the producers reserved their slots. ``MPSC`` and ``SPMC`` are the same ring
/// for one consumer or one producer.
///
/// It is not lock-free in the strict sense: a thread that is stopped between reserving a slot and publishing it delays the
/// elements after its own, but not the calls of other threads. Therefore `tryDequeue` may return `.empty` while a later
/// element is already there, and `tryEnqueue` may return `.full` while a claimed slot is being emptied.
public enum MPMC: StampedKind, ManyProducers, ManyConsumers {
    @inlinable package static var hasSingleProducer: Bool { false }
    @inlinable package static var hasSingleConsumer: Bool { false }
}
