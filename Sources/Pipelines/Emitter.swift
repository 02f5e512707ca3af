public import RingQueues

/// What the body of a stage gives its elements to.
///
///     try emit(letter)
///
/// Belongs to the thread of the body, for the time of the call that got it.
public struct Emitter<Element: ~Copyable>: ~Copyable {
    @usableFromInline let outlet: Outlet<Element>
    @usableFromInline let worker: Worker
    /// Whether an element was refused: then nothing more will be taken.
    @usableFromInline var isRefused = false

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker) {
        self.outlet = outlet
        self.worker = worker
    }

    /// Gives an element to the next stage, waiting while its queue is full.
    ///
    /// - Parameter element: on its way at once; nothing is held back for later.
    /// - Throws: `QueueClosed` when the next stage takes no more: it has seen enough, or the pipeline was stopped. A body
    ///   lets it through, which ends the stage and is no failure. The element goes to the next stage's `handBack`.
    /// - Complexity: O(1), in the number of branches if there are several.
    @inlinable
    public mutating func callAsFunction(_ element: consuming sending Element) throws(QueueClosed) {
        worker.add(StageCell.emitted, outlet.width)
        if outlet.push(element) { return }
        isRefused = true
        throw QueueClosed()
    }

    /// Whether nothing more will be taken: the pipeline was stopped, or the next stage has seen enough. For a body that
    /// goes on for long without emitting.
    public var isStopped: Bool { isRefused || worker.halt.isOpen }

    /// A body threw: what it emitted for this element before is not delivered, where that is still possible.
    @usableFromInline
    func forget() { worker.add(StageCell.emitted, -outlet.forget()) }
}

/// Where the elements of one worker go, whatever kind of queue or queues that is. It holds the worker's lease.
@usableFromInline
struct Outlet<Element: ~Copyable> {
    /// Waits for room; `false` when the element was refused everywhere and has gone to who takes such.
    @usableFromInline let push: (consuming Element) -> Bool
    /// To how many queues each element goes.
    @usableFromInline let width: Int

    /// Takes back what was pushed and has not been delivered; how many.
    @usableFromInline let forget: () -> Int

    @usableFromInline
    init(width: Int, forget: @escaping () -> Int = { 0 }, push: @escaping (consuming Element) -> Bool) {
        self.width = width
        self.forget = forget
        self.push = push
    }
}
