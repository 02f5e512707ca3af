public import RingQueues

/// Where a stage's elements go, before it has workers.
@usableFromInline
struct OutPort<Element: ~Copyable>: Sendable {
    @usableFromInline let edges: @Sendable () -> [EdgeAccount]
    @usableFromInline let outlet: @Sendable (Worker) -> Outlet<Element>

    @usableFromInline
    init(edges: @escaping @Sendable () -> [EdgeAccount], outlet: @escaping @Sendable (Worker) -> Outlet<Element>) {
        self.edges = edges
        self.outlet = outlet
    }
}

/// Where a stage's elements come from, before it has workers.
@usableFromInline
struct InPort<Element: ~Copyable>: Sendable {
    @usableFromInline let edges: @Sendable () -> [EdgeAccount]
    /// An inlet for the worker with this number, out of this many.
    @usableFromInline let inlet: @Sendable (Worker, Int, Int) -> Inlet<Element>

    @usableFromInline
    init(
        edges: @escaping @Sendable () -> [EdgeAccount], inlet: @escaping @Sendable (Worker, Int, Int) -> Inlet<Element>
    ) {
        self.edges = edges
        self.inlet = inlet
    }
}

/// A queue that a pipeline makes when it starts, or whose ends it was given.
@usableFromInline
struct Connection: Sendable {
    let account: @Sendable () -> EdgeAccount
    /// Uses the account of another connection to the same queue.
    let share: @Sendable (EdgeAccount) -> Void
    let capacity: Int?
    let open: @Sendable (Int, WaitStrategy) throws(QueueError) -> Void
    let dropEnds: @Sendable () -> Void

    @usableFromInline
    init(
        account: @escaping @Sendable () -> EdgeAccount, share: @escaping @Sendable (EdgeAccount) -> Void,
        capacity: Int?,
        open: @escaping @Sendable (Int, WaitStrategy) throws(QueueError) -> Void,
        dropEnds: @escaping @Sendable () -> Void
    ) {
        self.account = account
        self.share = share
        self.capacity = capacity
        self.open = open
        self.dropEnds = dropEnds
    }
}

/// Both sides of one queue of a pipeline.
@usableFromInline
struct Ports<Element: ~Copyable>: Sendable {
    @usableFromInline let out: OutPort<Element>
    @usableFromInline let `in`: InPort<Element>
    @usableFromInline let connection: Connection

    /// The queue that a link uses.
    @inlinable
    init<Kind: QueueKind>(_ link: Link<Element, Kind>, capacity: Int? = nil) {
        out = OutPort(edges: { [link.account] }) { link.outlet($0) }
        `in` = InPort(edges: { [link.account] }) { worker, _, workers in link.inlet(worker, sharedBy: workers) }
        connection = Connection(
            account: { link.account }, share: { link.share($0) }, capacity: capacity,
            open: { (capacity, waiting) throws(QueueError) in try link.open(capacity: capacity, waiting: waiting) },
            dropEnds: { link.dropEnds() })
    }
}
