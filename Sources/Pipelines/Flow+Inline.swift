import RingQueues

/// Transforms without a name: they run on the threads of the stage before them, with no thread and no queue of their own.
///
/// What one throws takes the way of an error of the stage's body: the body's `emit` throws, and when that error leaves the
/// body, the stage sees the transform's error in its place.
extension Flow where Element: ~Copyable {
    /// Turns each element into another, on the thread of the stage before. Adds no thread and no queue.
    ///
    /// - Parameter body: gets an element and returns what goes on. If it throws, the stage's body has thrown that error.
    /// - Returns: what the body returned, in the same order.
    /// - Precondition: the flow is not partitioned.
    @inlinable
    @inline(__always)
    public consuming func map<Output: ~Copyable>(
        _ body: @escaping @Sendable (consuming sending Element) throws -> sending Output
    ) -> Flow<Output, Width, Kinds> {
        inline(into: InlineNext<Output>.init) { element, next in
            let next = InlineNext<Output>.known(next)
            do { return next.give(try body(Parcel(element.take()!).opened())) } catch {
                return next.worker.fails(error)
            }
        }
    }

    /// Gives on the elements that `isIncluded` answers `true` for, on the thread of the stage before. Adds no thread and no
    /// queue.
    ///
    /// - Parameter isIncluded: of an element. If it throws, the stage's body has thrown that error.
    /// - Returns: these elements, in the same order.
    /// - Precondition: the flow is not partitioned.
    @inlinable
    @inline(__always)
    public consuming func filter(_ isIncluded: @escaping @Sendable (borrowing Element) throws -> Bool) -> Flow {
        inline(into: InlineNext<Element>.init) { element, next in
            let next = InlineNext<Element>.known(next)
            let candidate = element.take()!
            do { return try isIncluded(candidate) ? next.give(candidate) : true } catch {
                return next.worker.fails(error)
            }
        }
    }

    /// Turns each element into another or drops it, on the thread of the stage before. Adds no thread and no queue.
    ///
    /// - Parameter body: gets an element and returns what goes on, or `nil`. If it throws, the stage's body has thrown that
    ///   error.
    /// - Returns: what the body returned but `nil`, in the same order.
    /// - Precondition: the flow is not partitioned.
    @inlinable
    @inline(__always)
    public consuming func compactMap<Output: ~Copyable>(
        _ body: @escaping @Sendable (consuming sending Element) throws -> sending Output?
    ) -> Flow<Output, Width, Kinds> {
        inline(into: InlineNext<Output>.init) { element, next in
            let next = InlineNext<Output>.known(next)
            do {
                guard let output = try body(Parcel(element.take()!).opened()) else { return true }
                return next.give(output)
            } catch { return next.worker.fails(error) }
        }
    }

    /// Gives on none, one or many elements for each, on the thread of the stage before. Adds no thread and no queue.
    ///
    /// - Parameters:
    ///   - of: the type of what it gives on.
    ///   - body: gets an element and emits what goes on. If it throws, the stage's body has thrown that error; what it has
    ///     emitted before stays emitted.
    /// - Returns: what the body emitted, in the same order.
    /// - Precondition: the flow is not partitioned.
    @inlinable
    @inline(__always)
    public consuming func flatMap<Output: ~Copyable>(
        of: Output.Type = Output.self,
        _ body: @escaping @Sendable (consuming sending Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, Width, Kinds> {
        inline(into: InlineEmitter<Output>.init) { element, next in
            let next = InlineEmitter<Output>.known(next)
            do {
                unsafe try body(Parcel(element.take()!).opened(), &next.emit.pointee)
                return unsafe !next.emit.pointee.isRefused
            } catch { return next.fails(error) }
        }
    }

    /// The flow that comes out of a transform.
    @inlinable
    @inline(__always)
    consuming func inline<Output: ~Copyable>(
        into next: @escaping @Sendable (Outlet<Output>, Worker) -> AnyObject, _ run: @escaping InlineStep<Element>.Run
    ) -> Flow<Output, Width, Kinds> {
        preceded { outlet, worker in
            let step = InlineStep(run, into: next(outlet, worker))
            return Outlet(width: 0, step: step, forget: outlet.forget) { step($0) }
        }
    }

    @inlinable
    consuming func preceded<Output: ~Copyable>(
        by wrap: @escaping @Sendable (Outlet<Output>, Worker) -> Outlet<Element>
    ) -> Flow<Output, Width, Kinds> {
        requireOneWay()
        let origins = origins.map { origin in
            Origin<Output>(number: origin.number) { port in origin.attach(port.preceded(by: wrap)) }
        }
        return Flow<Output, Width, Kinds>(pipeline, origins)
    }

    @usableFromInline
    func requireOneWay() {
        require(
            route == nil,
            "a flow of '\(pipeline.name)' that is partitioned cannot be transformed: transform first, then partition")
    }
}

/// An inline transform of one worker.
///
/// It takes its element out of the caller's variable and gets its surroundings as an argument. A closure that takes the element
/// itself would take it through a thunk; one that captured its surroundings would not be compiled into one piece with the
/// transform's body.
@usableFromInline
struct InlineStep<Element: ~Copyable> {
    @usableFromInline typealias Run = @Sendable (inout Element?, AnyObject) -> Bool

    @usableFromInline let run: Run
    /// What comes after the transform: an ``InlineNext`` or an ``InlineEmitter``.
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

/// Where the results of an inline transform go.
@usableFromInline
final class InlineNext<Element: ~Copyable> {
    @usableFromInline let outlet: Outlet<Element>
    @usableFromInline let worker: Worker

    @usableFromInline
    init(_ outlet: Outlet<Element>, _ worker: Worker) {
        self.outlet = outlet
        self.worker = worker
    }

    // SAFETY: a step is made with the object that its transform knows.
    @inlinable
    @inline(__always)
    static func known(_ next: AnyObject) -> InlineNext { unsafe unsafeDowncast(next, to: InlineNext.self) }

    @inlinable
    @inline(__always)
    func give(_ element: consuming Element) -> Bool { outlet.step.isSome ? outlet.step(element) : leave(element) }

    /// After the last transform: the element is counted here, and pushed if a drain is to refuse it. Out of line, or each
    /// transform would make room for what only the last one does.
    @inlinable
    @inline(never)
    func leave(_ element: consuming Element) -> Bool {
        worker.add(StageCell.emitted, outlet.width)
        return worker.isRefusing ? outlet.push(element) : outlet.put(element)
    }
}

/// The emitter of one worker's inline `flatMap`.
@usableFromInline
@safe
final class InlineEmitter<Element: ~Copyable> {
    // SAFETY: owned by this object, which only the outlet of one worker holds. In memory of its own, because each access to a
    // variable that a closure captures is checked.
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

    /// The transform threw. If it let the refusal of a queue through, the next stage takes no more; otherwise it is an error.
    ///
    /// - Returns: `false`, for the transform's outlet.
    @usableFromInline
    func fails(_ error: any Error) -> Bool {
        let cause = unsafe emit.pointee.cause(of: error)
        let isRefusal = unsafe cause is QueueClosed && emit.pointee.isRefused
        return isRefusal ? false : unsafe emit.pointee.worker.fails(cause)
    }
}
