public import RingQueues

/// Emits the elements of a stage's body.
///
///     try emit(letter)
///
/// It belongs to the thread of the body, for the duration of the call that got it.
public struct Emitter<Element: ~Copyable>: ~Copyable {
    @usableFromInline let outlet: Outlet<Element>
    @usableFromInline let worker: Worker
    /// The worker's.
    @usableFromInline let counts: MeterCells
    /// Whether an element was refused: then no stage takes more.
    @usableFromInline var isRefused = false
    /// The error that an inline transform threw for the last element that was not taken, and the worker's progress then.
    private var failure: (error: any Error, progress: Int)?
    /// Whether it is for an inline transform: a drain checks only the emitter of the stage's body, once for each element.
    private let isInline: Bool

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker, isInline: Bool = false) {
        self.outlet = outlet
        self.worker = worker
        counts = worker.meter.cells
        self.isInline = isInline
    }

    /// Passes an element to the next stage, waiting while its queue is full.
    ///
    /// If the order is preserved, a worker that is ahead of its turn puts the element into its outbox instead, and waits for
    /// its turn when the outbox has 64 elements (``StageOrder/preserve``).
    ///
    /// Let the error propagate: that ends the stage, and is not a failure by itself. The element goes to the next stage's
    /// `undelivered`; if it was meant for a queue that other code takes from, it is destroyed.
    ///
    /// - Parameter element: it is passed on at once. But if the worker is ahead of its turn, or the body may be retried, it
    ///   may stay in the outbox until the body emits more or returns.
    /// - Throws: `QueueClosed` if the next stage takes no more, because it has seen enough or the pipeline was stopped; in a
    ///   source, if the pipeline is draining; and if an inline transform after the body threw, whose error the stage then
    ///   handles. A worker ahead of its turn learns of it when its outbox is full.
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

    /// Handles an element that was not taken: the next stage takes no more, or an inline transform threw.
    @usableFromInline
    @inline(never)
    mutating func closed() -> QueueClosed {
        failure = worker.takeThrown().map { ($0, progress) }
        if failure == nil { isRefused = true }
        return QueueClosed()
    }

    /// Grows with each element that the body completes or emits.
    private var progress: Int { worker.meter[StageCell.completed] &+ worker.meter[StageCell.emitted] }

    /// The cause of an error that the body threw: the error of an inline transform, or the same error. A body that has caught
    /// the error of a transform and continued has handled it.
    @usableFromInline
    mutating func cause(of error: any Error) -> any Error {
        guard error is QueueClosed, let failure = failure.take(), failure.progress == progress else { return error }
        return failure.error
    }

    /// Whether no stage takes more elements: the pipeline was stopped, or the next stage has seen enough (all branches, if
    /// there are several), or this is a source and the pipeline is draining.
    ///
    /// A body that runs for a long time without emitting should check this from time to time.
    ///
    /// - Complexity: O(1), in the number of branches if there are several; under a lock.
    public var isStopped: Bool {
        isRefused || (isInline ? worker.isRefusing : worker.isDrained) || worker.halt.isOpen || worker.isUnwanted
    }

    /// Lets the outlet refuse an element.
    @usableFromInline
    @inline(never)
    mutating func refuse(_ element: consuming Element) -> Bool {
        worker.add(StageCell.emitted, outlet.width)
        if isInline && !worker.isRefusing { return outlet.put(element) }
        worker.beginRefusing()
        return outlet.push(element)
    }

    /// Destroys the elements that a body emitted for this element before it threw, if that is still possible.
    @usableFromInline
    func forget() { worker.add(StageCell.emitted, -outlet.forget()) }
}
