// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in StampedKind.

/// Several producers, one consumer. See ``StampedKind`` for what is promised.
@frozen
public enum MPSC: StampedKind, ManyProducers, SingleConsumer {
    @inlinable public static var hasSingleProducer: Bool { false }
    @inlinable public static var hasSingleConsumer: Bool { true }
}

/// One producer, several consumers. See ``StampedKind`` for what is promised.
@frozen
public enum SPMC: StampedKind, SingleProducer, ManyConsumers {
    @inlinable public static var hasSingleProducer: Bool { true }
    @inlinable public static var hasSingleConsumer: Bool { false }
}

/// Several producers, several consumers. See ``StampedKind`` for what is promised.
@frozen
public enum MPMC: StampedKind, ManyProducers, ManyConsumers {
    @inlinable public static var hasSingleProducer: Bool { false }
    @inlinable public static var hasSingleConsumer: Bool { false }
}
