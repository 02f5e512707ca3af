public import RingQueues

/// Where a stage's elements go, before it has workers.
@usableFromInline
struct OutPort<Element: ~Copyable>: Sendable {
    /// Makes what a worker with this number emits to in its order. It may have to collect what a body emits.
    @usableFromInline typealias MakeOrdered = @Sendable (Worker, _ number: Int, _ collects: Bool) -> OrderedEnd<Element>

    @usableFromInline let edges: @Sendable () -> [EdgeAccount]
    @usableFromInline let outlet: @Sendable (Worker) -> Outlet<Element>
    /// Set where inline transforms are between the body and the queue: what is done to an element as it enters the queue is
    /// done after them.
    private let inlineEntry: (@Sendable (Worker) -> Outlet<Element>)?
    @usableFromInline let inlineOrdered: (@Sendable (_ window: Int, _ workers: Int) -> MakeOrdered)?

    @usableFromInline
    init(
        edges: @escaping @Sendable () -> [EdgeAccount], outlet: @escaping @Sendable (Worker) -> Outlet<Element>,
        entry: (@Sendable (Worker) -> Outlet<Element>)? = nil,
        ordered: (@Sendable (Int, Int) -> MakeOrdered)? = nil
    ) {
        self.edges = edges
        self.outlet = outlet
        inlineEntry = entry
        inlineOrdered = ordered
    }

    /// An outlet for a worker whose elements come from outside of the pipeline.
    @usableFromInline
    func entry(_ worker: Worker) -> Outlet<Element> { inlineEntry?(worker) ?? worker.entry(outlet(worker)) }

    /// Outlets for the workers of a stage that preserves the order, with `window` elements in its window.
    @inlinable
    func ordered(window: Int, workers: Int) -> MakeOrdered {
        if let inlineOrdered { return inlineOrdered(window, workers) }
        let sequencer = Sequencer<Element>(window: window, workers: workers)
        return { [outlet] worker, number, collects in
            let outlet = outlet(worker)
            let place = OrderedOutlet(sequencer, outlet, worker, number: number, collects: collects)
            return OrderedEnd(
                place: place, outlet: Outlet(width: outlet.width, forget: { place.forget() }) { place.push($0) })
        }
    }
}

extension OutPort where Element: ~Copyable {
    /// The same with a transform before it, on the stage's threads.
    @inlinable
    func preceded<Input: ~Copyable>(
        by wrap: @escaping @Sendable (Outlet<Element>, Worker) -> Outlet<Input>
    ) -> OutPort<Input> {
        OutPort<Input>(
            edges: edges, outlet: { [outlet] in wrap(outlet($0), $0) }, entry: { wrap(entry($0), $0) },
            ordered: { window, workers in
                let make = ordered(window: window, workers: workers)
                return { worker, number, collects in
                    let end = make(worker, number, collects)
                    return OrderedEnd(place: end.place, outlet: wrap(end.outlet, worker))
                }
            })
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
