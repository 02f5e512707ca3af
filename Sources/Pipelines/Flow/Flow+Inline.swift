import RingQueues

/// Transforms without a name. They run on the threads of the stage before them, and have neither a thread nor a queue.
///
/// If a transform throws, the `emit` of the stage's body throws. When that error leaves the body, the stage handles the
/// transform's error in its place, like an error of the body.
extension Flow where Element: ~Copyable {
    /// Turns each element into another, on the thread of the stage before. Adds neither a thread nor a queue.
    ///
    /// - Parameter body: gets an element and returns the result. If it throws, the error counts as thrown by the stage's body.
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

    /// Passes on the elements for which `isIncluded` returns `true`, on the thread of the stage before. Adds neither a thread
    /// nor a queue.
    ///
    /// - Parameter isIncluded: gets an element. If it throws, the error counts as thrown by the stage's body.
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

    /// Turns each element into another or drops it, on the thread of the stage before. Adds neither a thread nor a queue.
    ///
    /// - Parameter body: gets an element and returns the result, or `nil`. If it throws, the error counts as thrown by the
    ///   stage's body.
    /// - Returns: the results that are not `nil`, in the same order.
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

    /// Emits none, one or many elements for each, on the thread of the stage before. Adds neither a thread nor a queue.
    ///
    /// - Parameters:
    ///   - of: the type of the results.
    ///   - body: gets an element and emits results. If it throws, the error counts as thrown by the stage's body; elements that
    ///     it emitted before that stay emitted.
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
        let stages = stages.map { stage in
            stage.attaching { (output: StageOutput<Output>) in stage.attach(output.preceded(by: wrap)) }
        }
        return Flow<Output, Width, Kinds>(pipeline, stages)
    }

    @usableFromInline
    func requireOneWay() {
        require(
            route == nil,
            "a flow of '\(pipeline.name)' that is partitioned cannot be transformed: transform first, then partition")
    }
}
