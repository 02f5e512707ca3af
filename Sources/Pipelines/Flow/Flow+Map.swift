extension Flow where Element: ~Copyable {
    /// Adds a stage on one thread that turns each element into another.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the thread and the queue before it.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it, because it takes no more before
    ///     the end of the stream. Called on threads of this stage or of stages before it.
    ///   - body: gets an element and returns the result.
    /// - Returns: what the body returned, in the same order.
    @inlinable
    public consuming func map<Output: ~Copyable>(
        _ name: String, onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: sending @escaping (consuming sending Element) throws -> sending Output
    ) -> Flow<Output, SingleWorker, Kinds> {
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        return stage(
            name, 1, .unordered, onError, options, undelivered,
            begin: {}, end: { _, _ in }, body: { _, element, emit in try emit(unsafe body(Parcel(element).opened())) })
    }

    /// Adds a stage on several threads that turns each element into another.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - order: the order of the results.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads and the queue before them.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - body: gets an element and returns the result. Called on all threads.
    /// - Returns: what the body returned.
    /// - Precondition: there is at least one worker.
    @inlinable
    public consuming func map<Output: ~Copyable>(
        _ name: String, workers: Int, order: StageOrder = .unordered, onError: OnError<Element> = .fail,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: @escaping @Sendable (consuming sending Element) throws -> sending Output
    ) -> Flow<Output, MultiWorker, Kinds> {
        stage(
            name, workers, order, onError, options, undelivered,
            begin: {}, end: { _, _ in }, body: { _, element, emit in try emit(body(Parcel(element).opened())) })
    }

    /// Adds a stage on one thread that passes on the elements for which `isIncluded` returns `true`.
    ///
    /// - Parameters: as of ``map(_:onError:options:undelivered:body:)``.
    /// - Returns: these elements, in the same order.
    @inlinable
    public consuming func filter(
        _ name: String, onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        isIncluded: sending @escaping (borrowing Element) throws -> Bool
    ) -> Flow<Element, SingleWorker, Kinds> {
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let isIncluded = isIncluded
        return stage(
            name, 1, .unordered, onError, options, undelivered,
            begin: {}, end: { _, _ in },
            body: { _, element, emit in if try unsafe isIncluded(element) { try emit(Parcel(element).opened()) } })
    }

    /// Adds a stage on several threads that passes on the elements for which `isIncluded` returns `true`.
    ///
    /// - Parameters: as of ``map(_:workers:order:onError:options:undelivered:body:)``.
    /// - Returns: these elements.
    /// - Precondition: there is at least one worker.
    @inlinable
    public consuming func filter(
        _ name: String, workers: Int, order: StageOrder = .unordered, onError: OnError<Element> = .fail,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        isIncluded: @escaping @Sendable (borrowing Element) throws -> Bool
    ) -> Flow<Element, MultiWorker, Kinds> {
        stage(
            name, workers, order, onError, options, undelivered,
            begin: {}, end: { _, _ in },
            body: { _, element, emit in if try isIncluded(element) { try emit(Parcel(element).opened()) } })
    }

    /// Shows each element to `body` on its way to the next stage. Adds no stage.
    ///
    /// After a stage that preserves the order, `body` sees the elements in that order, unless an inline transform follows.
    ///
    /// - Parameter body: called on the threads of the stage before, before the element enters the queue. It must not wait.
    /// - Returns: the same elements.
    @inlinable
    public consuming func tap(_ body: @escaping @Sendable (borrowing Element) -> Void) -> Flow {
        let wrap: @Sendable (Outlet<Element>) -> Outlet<Element> = { outlet in
            Outlet(width: outlet.width, forget: outlet.forget) { element in
                body(element)
                return outlet.push(element)
            }
        }
        let stages = stages.map { stage in
            stage.attaching { output in
                stage.attach(
                    output.inlineOrdered == nil
                        ? StageOutput(output.ends) { wrap(output.outlet($0)) }
                        : output.preceded(by: { next, _ in wrap(next) }))
            }
        }
        return Flow(pipeline, stages, route: route)
    }
}
