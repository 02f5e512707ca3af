public import RingQueues

/// The kinds of queue that connect stages.
///
/// A pipeline uses the cheapest one that the workers on both sides allow.
public protocol QueueKinds: SendableMetatype {
    /// From one worker to one.
    associatedtype OneToOne: QueueKind
    /// From one worker to several.
    associatedtype OneToMany: ManyConsumers
    /// From several workers to one.
    associatedtype ManyToOne: ManyProducers
    /// From several workers to several.
    associatedtype ManyToMany: ManyProducers & ManyConsumers
}

/// The rings of this package, which a pipeline uses by default.
public enum RingKinds: QueueKinds {
    /// From one worker to one.
    public typealias OneToOne = SPSC
    /// From one worker to several.
    public typealias OneToMany = SPMC
    /// From several workers to one.
    public typealias ManyToOne = MPSC
    /// From several workers to several.
    public typealias ManyToMany = MPMC
}

/// The same kind everywhere: `SameKind<MutexMPMC>`, to compare with the rings.
public enum SameKind<Kind: ManyProducers & ManyConsumers>: QueueKinds {
    /// From one worker to one.
    public typealias OneToOne = Kind
    /// From one worker to several.
    public typealias OneToMany = Kind
    /// From several workers to one.
    public typealias ManyToOne = Kind
    /// From several workers to several.
    public typealias ManyToMany = Kind
}

/// Whether one worker or several emit the elements of a ``Flow``.
public protocol FlowWidth: SendableMetatype {
    /// Whether there may be several.
    static var _isMany: Bool { get }
}

/// One worker.
public enum SingleWorker: FlowWidth {
    /// Whether there may be several.
    @inlinable public static var _isMany: Bool { false }
}

/// Several workers, or several stages.
public enum MultiWorker: FlowWidth {
    /// Whether there may be several.
    @inlinable public static var _isMany: Bool { true }
}
