extension Flow where Element: ~Copyable {
    /// Adds a stage on one thread that emits none, one or many elements for each.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - of: the type of the results.
    ///   - onError: what happens to an element whose body threw. Elements that it emitted before that stay emitted.
    ///   - options: for the thread and the queue before it.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - body: gets an element and emits results.
    /// - Returns: what the body emitted, in the same order.
    @inlinable
    public consuming func flatMap<Output: ~Copyable>(
        _ name: String, of: Output.Type = Output.self, onError: OnError<Element> = .fail,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: sending @escaping (consuming sending Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, SingleWorker, Kinds> {
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        return stage(
            name, 1, .unordered, onError, options, undelivered,
            begin: {}, end: { _, _ in }, body: { _, element, emit in try unsafe body(Parcel(element).opened(), &emit) })
    }

    /// Adds a stage on several threads that emits none, one or many elements for each.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - of: the type of the results.
    ///   - workers: the number of threads.
    ///   - order: the order of the results. If it is preserved, the results of one element stay together.
    ///   - onError: what happens to an element whose body threw. Elements that the body emitted before that stay emitted. If
    ///     the order is preserved and the rule is a retry or a dead letter, up to 64 such elements are destroyed instead;
    ///     if there were more, they stay emitted.
    ///   - options: for the threads and the queue before them.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - body: gets an element and emits results. Called on all threads.
    /// - Returns: what the body emitted.
    /// - Precondition: there is at least one worker.
    @inlinable
    public consuming func flatMap<Output: ~Copyable>(
        _ name: String, of: Output.Type = Output.self, workers: Int, order: StageOrder = .unordered,
        onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        body: @escaping @Sendable (consuming sending Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, MultiWorker, Kinds> {
        stage(
            name, workers, order, onError, options, undelivered,
            begin: {}, end: { _, _ in }, body: { _, element, emit in try body(Parcel(element).opened(), &emit) })
    }

    /// Adds a stage on one thread or several, each with a state of its own, that emits none, one or many elements for each.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - of: the type of the results.
    ///   - workers: the number of threads.
    ///   - order: the order of the results.
    ///   - onError: what happens to an element whose body threw, and to elements that it emitted before that: see the form
    ///     without a state.
    ///   - options: for the threads and the queue before them.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it.
    ///   - state: makes a worker's state, on its thread. If it throws, the pipeline fails.
    ///   - end: gets the state, and may emit more, when the stream has ended or the stage has seen enough, but not when the
    ///     pipeline was stopped. If the order is preserved, these elements follow the whole stream, one worker after the
    ///     other.
    ///   - body: gets its worker's state and an element, and emits results.
    /// - Returns: what was emitted.
    /// - Precondition: there is at least one worker.
    @inlinable
    public consuming func flatMap<Output: ~Copyable, State: ~Copyable>(
        _ name: String, of: Output.Type = Output.self, workers: Int = 1, order: StageOrder = .unordered,
        onError: OnError<Element> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil,
        state: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Output>) throws -> Void = { _, _ in },
        body: @escaping @Sendable (inout State, consuming sending Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, MultiWorker, Kinds> {
        stage(
            name, workers, order, onError, options, undelivered,
            begin: state, end: end,
            body: { state, element, emit in try body(&state, Parcel(element).opened(), &emit) })
    }
}
