extension Flow where Element: ~Copyable {
    /// Adds a stage on one thread that ends the flow.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the thread and the queue before it.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - body: gets an element.
    /// - Returns: the pipeline.
    @inlinable
    @discardableResult
    public consuming func sink(
        _ name: String, onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: sending @escaping (consuming sending Element) throws -> Void
    ) -> Pipeline {
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        return sink(
            name, 1, onError, options, undelivered, begin: {}, end: { _, _ in },
            body: { _, element, _ in try unsafe body(Parcel(element).opened()) })
    }

    /// Adds a stage on several threads that ends the flow.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads and the queue before them.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - body: gets an element. Called on all threads.
    /// - Returns: the pipeline.
    /// - Precondition: there is at least one worker.
    @inlinable
    @discardableResult
    public consuming func sink(
        _ name: String, workers: Int, onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: @escaping @Sendable (consuming sending Element) throws -> Void
    ) -> Pipeline {
        sink(
            name, workers, onError, options, undelivered, begin: {}, end: { _, _ in },
            body: { _, element, _ in try body(Parcel(element).opened()) })
    }

    /// Adds a stage on one thread or several, each with a state of its own, that ends the flow.
    ///
    /// The state is a variable of the worker. For a quick body, that is cheaper than a variable that a closure captures.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads and the queue before them.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - state: makes a worker's state, on its thread. If it throws, the pipeline fails.
    ///   - end: gets the state when the stream has ended or the stage has seen enough, but not when the pipeline was stopped.
    ///   - body: gets its worker's state and an element.
    /// - Returns: the pipeline.
    /// - Precondition: there is at least one worker.
    @inlinable
    @discardableResult
    public consuming func sink<State: ~Copyable>(
        _ name: String, workers: Int = 1, onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        state: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State) throws -> Void = { _ in },
        body: @escaping @Sendable (inout State, consuming sending Element) throws -> Void
    ) -> Pipeline {
        sink(
            name, workers, onError, options, undelivered,
            begin: state, end: { state, _ in try end(state) },
            body: { state, element, _ in try body(&state, Parcel(element).opened()) })
    }
}
