public import RingQueues

/// A stage that produces elements, wired to the end of a queue by hand.
///
///     pipeline.add(ProducerStage("read", into: images.takeProducer()) { emit in … try emit(image) … })
public struct ProducerStage<Output: ~Copyable>: Sendable {
    @usableFromInline let plan: StagePlan

    /// Creates a producer stage.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - producer: dropped when the body has ended.
    ///   - options: for the thread.
    ///   - body: runs once, on the stage's thread. When it returns, the stage has ended.
    @inlinable
    public init<Kind: QueueKind>(
        _ name: String, into producer: consuming sending Producer<Output, Kind>,
        options: StageOptions = StageOptions(), body: sending @escaping (inout Emitter<Output>) throws -> Void
    ) {
        let far = QueueEnds(producer, isShared: false)
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        plan = .producing(name, options, into: far.output, given: [far]) { try unsafe body(&$0) }
    }
}

/// A stage that takes elements and passes others on, wired to the ends of queues by hand.
public struct IntermediaryStage<Input: ~Copyable, Output: ~Copyable>: Sendable {
    @usableFromInline let plan: StagePlan

    /// Creates an intermediary stage on one thread.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - consumer: dropped when the stage has ended.
    ///   - producer: dropped when the stage has ended.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the thread.
    ///   - undelivered: gets the elements that are left in the queue when the stage ends before the end of the stream.
    ///   - body: gets an element, and emits none, one or many.
    @inlinable
    public init<Near: QueueKind, Far: QueueKind>(
        _ name: String, from consumer: consuming sending Consumer<Input, Near>,
        into producer: consuming sending Producer<Output, Far>, onError: OnError<Input> = .fail,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Input) -> Void)? = nil,
        body: sending @escaping (consuming sending Input, inout Emitter<Output>) throws -> Void
    ) {
        let near = QueueEnds(consumer, isShared: false, Undelivered(undelivered))
        let far = QueueEnds(producer, isShared: false)
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        plan = .working(
            name, workers: 1, options, onError, from: near.input, into: far.output,
            given: [near, far],
            begin: {}, end: { _, _ in }, body: { _, element, emit in try unsafe body(Parcel(element).opened(), &emit) })
    }

    /// Creates an intermediary stage on several threads, which share both queues.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - order: the order in which emitted elements are passed on.
    ///   - consumer: each worker gets a clone; all are dropped when the stage has ended.
    ///   - producer: each worker gets a clone; all are dropped when the stage has ended.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads.
    ///   - undelivered: gets the elements that are left in the queue when the stage ends before the end of the stream.
    ///   - body: gets an element, and emits none, one or many. Called on all threads.
    /// - Precondition: there is at least one worker.
    @inlinable
    public init<Near: ManyConsumers, Far: ManyProducers>(
        _ name: String, workers: Int, order: StageOrder = .unordered,
        from consumer: consuming sending Consumer<Input, Near>, into producer: consuming sending Producer<Output, Far>,
        onError: OnError<Input> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Input) -> Void)? = nil,
        body: @escaping @Sendable (consuming sending Input, inout Emitter<Output>) throws -> Void
    ) {
        self.init(
            name, workers: workers, order: order, from: consumer, into: producer, onError: onError, options: options,
            undelivered: undelivered, state: {}, body: { _, element, emit in try body(element, &emit) })
    }

    /// Creates an intermediary stage on several threads, which share both queues and have a state each.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - order: the order in which emitted elements are passed on.
    ///   - consumer: each worker gets a clone; all are dropped when the stage has ended.
    ///   - producer: each worker gets a clone; all are dropped when the stage has ended.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads.
    ///   - undelivered: gets the elements that are left in the queue when the stage ends before the end of the stream.
    ///   - state: makes a worker's state, on its thread. If it throws, the pipeline fails.
    ///   - end: gets the state, and may emit more, when the stream has ended or the stage has seen enough, but not when the
    ///     pipeline was stopped. If the order is preserved, elements emitted here follow the whole stream, one worker after
    ///     the other.
    ///   - body: gets its worker's state and an element, and emits none, one or many.
    /// - Precondition: there is at least one worker.
    @inlinable
    public init<Near: ManyConsumers, Far: ManyProducers, State: ~Copyable>(
        _ name: String, workers: Int, order: StageOrder = .unordered,
        from consumer: consuming sending Consumer<Input, Near>, into producer: consuming sending Producer<Output, Far>,
        onError: OnError<Input> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Input) -> Void)? = nil,
        state: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Output>) throws -> Void = { _, _ in },
        body: @escaping @Sendable (inout State, consuming sending Input, inout Emitter<Output>) throws -> Void
    ) {
        let near = QueueEnds(consumer, isShared: true, Undelivered(undelivered))
        let far = QueueEnds(producer, isShared: true)
        plan = .passing(
            name, workers: workers, order, options, onError, from: near.input, into: far.output,
            given: [near, far], begin: state, end: end,
            body: { state, element, emit in try body(&state, Parcel(element).opened(), &emit) })
    }
}

/// A stage that takes elements, wired to the end of a queue by hand.
public struct ConsumerStage<Input: ~Copyable>: Sendable {
    @usableFromInline let plan: StagePlan

    /// Creates a consumer stage on one thread.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - consumer: dropped when the stage has ended.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the thread.
    ///   - undelivered: gets the elements that are left in the queue when the stage ends before the end of the stream.
    ///   - body: gets an element.
    @inlinable
    public init<Kind: QueueKind>(
        _ name: String, from consumer: consuming sending Consumer<Input, Kind>, onError: OnError<Input> = .fail,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Input) -> Void)? = nil,
        body: sending @escaping (consuming sending Input) throws -> Void
    ) {
        let near = QueueEnds(consumer, isShared: false, Undelivered(undelivered))
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        plan = .working(
            name, workers: 1, options, onError, from: near.input, into: .nowhere, given: [near],
            begin: {}, end: { _, _ in }, body: { _, element, _ in try unsafe body(Parcel(element).opened()) })
    }

    /// Creates a consumer stage on several threads, which share the queue.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and, with `-1`, `-2`, … if there are several, of its threads (up to 15 bytes).
    ///   - workers: the number of threads.
    ///   - consumer: each worker gets a clone; all are dropped when the stage has ended.
    ///   - onError: what happens to an element whose body threw.
    ///   - options: for the threads.
    ///   - undelivered: gets the elements that are left in the queue when the stage ends before the end of the stream.
    ///   - body: gets an element. Called on all threads.
    /// - Precondition: there is at least one worker.
    @inlinable
    public init<Kind: ManyConsumers>(
        _ name: String, workers: Int, from consumer: consuming sending Consumer<Input, Kind>,
        onError: OnError<Input> = .fail, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Input) -> Void)? = nil,
        body: @escaping @Sendable (consuming sending Input) throws -> Void
    ) {
        let near = QueueEnds(consumer, isShared: true, Undelivered(undelivered))
        plan = .working(
            name, workers: workers, options, onError, from: near.input, into: .nowhere, given: [near],
            begin: {}, end: { _, _ in }, body: { _, element, _ in try body(Parcel(element).opened()) })
    }
}

extension Pipeline {
    /// Adds a stage that is wired by hand. Call it before ``run()``.
    public func add<Output: ~Copyable>(_ stage: ProducerStage<Output>) { core.add(stage.plan) }

    /// Adds a stage that is wired by hand. Call it before ``run()``.
    public func add<Input: ~Copyable, Output: ~Copyable>(_ stage: IntermediaryStage<Input, Output>) {
        core.add(stage.plan)
    }

    /// Adds a stage that is wired by hand. Call it before ``run()``.
    public func add<Input: ~Copyable>(_ stage: ConsumerStage<Input>) { core.add(stage.plan) }
}
