import RingQueues

/// An inline transform of one worker.
///
/// It takes its element out of the caller's variable and gets its context as an argument. If a closure took the element
/// itself, it would take it through a thunk. If it captured its context, the compiler would not compile it into one piece
/// with the transform's body.
@usableFromInline
struct InlineStep<Element: ~Copyable> {
    @usableFromInline typealias Run = @Sendable (inout Element?, AnyObject) -> Bool

    @usableFromInline let run: Run
    /// The object after the transform: an ``InlineNext`` or an ``InlineEmitter``.
    @usableFromInline let next: AnyObject

    @usableFromInline let isSome: Bool

    @usableFromInline
    init(_ run: @escaping Run, into next: AnyObject, isSome: Bool = true) {
        self.run = run
        self.next = next
        self.isSome = isSome
    }

    @usableFromInline static var none: InlineStep { InlineStep({ _, _ in false }, into: Nothing(), isSome: false) }

    @inlinable
    @inline(__always)
    func callAsFunction(_ element: consuming Element) -> Bool {
        var element: Element? = element
        return run(&element, next)
    }
}

private final class Nothing {}

/// The target for the results of an inline transform.
@usableFromInline
final class InlineNext<Element: ~Copyable> {
    @usableFromInline let outlet: Outlet<Element>
    @usableFromInline let worker: Worker
    /// The worker's.
    @usableFromInline let counts: MeterCells

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker) {
        self.outlet = outlet
        self.worker = worker
        counts = worker.meter.cells
    }

    // SAFETY: a step is made with the object that its transform knows.
    @inlinable
    @inline(__always)
    static func known(_ next: AnyObject) -> InlineNext { unsafe unsafeDowncast(next, to: InlineNext.self) }

    @inlinable
    @inline(__always)
    func give(_ element: consuming Element) -> Bool { outlet.step.isSome ? outlet.step(element) : leave(element) }

    /// Counts an element after the last transform, and enqueues it; by `push` if a drain has to refuse it. Out of line,
    /// because otherwise every transform would make room for work that only the last one does.
    @inlinable
    @inline(never)
    func leave(_ element: consuming Element) -> Bool {
        counts.add(StageCell.emitted, outlet.width)
        return counts[StageCell.refusing] != 0 ? outlet.push(element) : outlet.put(element)
    }
}

/// The emitter of one worker's inline `flatMap`.
@usableFromInline
@safe
final class InlineEmitter<Element: ~Copyable> {
    // SAFETY: owned by this object, which only the outlet of one worker holds. It has its own memory, because each access to
    // a variable that a closure captures is checked.
    @usableFromInline let emit: UnsafeMutablePointer<Emitter<Element>>

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker) {
        unsafe emit = .allocate(capacity: 1)
        unsafe emit.initialize(to: Emitter(outlet, worker, isInline: true))
    }

    deinit {
        unsafe emit.deinitialize(count: 1)
        unsafe emit.deallocate()
    }

    // SAFETY: a step is made with the object that its transform knows.
    @inlinable
    @inline(__always)
    static func known(_ next: AnyObject) -> InlineEmitter { unsafe unsafeDowncast(next, to: InlineEmitter.self) }

    /// Handles an error that the transform threw. If it is the refusal of a queue, the next stage takes no more; otherwise it
    /// is an error of the stage.
    ///
    /// - Returns: `false`, for the transform's outlet.
    @usableFromInline
    func fails(_ error: any Error) -> Bool {
        let cause = unsafe emit.pointee.cause(of: error)
        let isRefusal = unsafe cause is QueueClosed && emit.pointee.isRefused
        return isRefusal ? false : unsafe emit.pointee.worker.fails(cause)
    }
}
