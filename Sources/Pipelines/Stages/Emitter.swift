public import RingQueues

/// What the body of a stage gives its elements to.
///
///     try emit(letter)
///
/// Belongs to the thread of the body, for the time of the call that got it.
public struct Emitter<Element: ~Copyable>: ~Copyable {
    @usableFromInline let outlet: Outlet<Element>
    @usableFromInline let worker: Worker
    /// The worker's.
    @usableFromInline let counts: MeterCells
    /// Whether an element was refused: then nothing more will be taken.
    @usableFromInline var isRefused = false
    /// What an inline transform threw at the last element that was not taken, and how far the worker had come by then.
    private var failure: (error: any Error, progress: Int)?
    /// Whether it is for an inline transform: a drain asks the emitter of the stage's body only, once for each element.
    private let isInline: Bool

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker, isInline: Bool = false) {
        self.outlet = outlet
        self.worker = worker
        counts = worker.meter.cells
        self.isInline = isInline
    }

    /// Gives an element to the next stage, waiting while its queue is full.
    ///
    /// Where the order is preserved, a worker that is ahead of its turn puts the element into its outbox instead, and
    /// waits for its turn when 64 are there (``StageOrder/preserve``).
    ///
    /// - Parameter element: on its way at once; ahead of its turn, or where the body may get its element again, it may stay
    ///   in the outbox until the body emits more or returns.
    /// - Throws: `QueueClosed` when the next stage takes no more: it has seen enough, or the pipeline was stopped; in a source
    ///   when the pipeline is draining; and when an inline transform after it threw, whose error the stage then has. A worker
    ///   ahead of its turn learns of it when its outbox is full. A body lets the error through, which ends the stage and is
    ///   no failure by itself. The element goes to the next stage's `undelivered`; an element that was meant for a queue of
    ///   others is destroyed.
    /// - Complexity: O(1), in the number of branches if there are several.
    @inlinable
    public mutating func callAsFunction(_ element: consuming sending Element) throws(QueueClosed) {
        if counts.add(StageCell.emitted, outlet.width, unless: StageCell.drained)
            ? outlet.put(element) : refuse(element)
        {
            return
        }
        throw closed()
    }

    /// An element was not taken: the next stage takes no more, or an inline transform threw.
    @usableFromInline
    @inline(never)
    mutating func closed() -> QueueClosed {
        failure = worker.takeThrown().map { ($0, progress) }
        if failure == nil { isRefused = true }
        return QueueClosed()
    }

    /// Grows with each element that the body completes or emits.
    private var progress: Int { worker.meter[StageCell.completed] &+ worker.meter[StageCell.emitted] }

    /// Why the body threw this: an inline transform threw, or just this. What a body has caught and gone on after, it has
    /// handled.
    @usableFromInline
    mutating func cause(of error: any Error) -> any Error {
        guard error is QueueClosed, let failure = failure.take(), failure.progress == progress else { return error }
        return failure.error
    }

    /// Whether nothing more will be taken: the pipeline was stopped, or the next stage has seen enough (all branches, if
    /// there are several), or this is a source and the pipeline is draining. For a body that goes on for long without
    /// emitting.
    ///
    /// - Complexity: O(1), in the number of branches if there are several; under a lock.
    public var isStopped: Bool {
        isRefused || (isInline ? worker.isRefusing : worker.isDrained) || worker.halt.isOpen || worker.isUnwanted
    }

    /// Has the outlet refuse an element.
    @usableFromInline
    @inline(never)
    mutating func refuse(_ element: consuming Element) -> Bool {
        worker.add(StageCell.emitted, outlet.width)
        if isInline && !worker.isRefusing { return outlet.put(element) }
        worker.beginRefusing()
        return outlet.push(element)
    }

    /// A body threw: what it emitted for this element before is not delivered, where that is still possible.
    @usableFromInline
    func forget() { worker.add(StageCell.emitted, -outlet.forget()) }
}
