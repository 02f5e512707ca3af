public import RingQueues

/// The elements that the stages so far emit, for the next stage to take.
///
/// ``Pipeline/source(_:of:over:options:body:)`` makes the first one. Each call adds a stage and returns the flow of its
/// results; a flow goes to one stage, and ends in a sink. A transform without a name adds no stage: it runs on the threads of
/// the stage before. The flow's type has the type of the elements, whether one worker or several emit them
/// (``SingleWorker``, ``MultiWorker``), and the kinds of queue.
public struct Flow<Element: ~Copyable, Width: FlowWidth, Kinds: QueueKinds>: ~Copyable {
    @usableFromInline let pipeline: Pipeline
    /// The stages that emit the elements.
    @usableFromInline let stages: [OpenStage<Element>]
    /// The worker of the next stage that gets an element; `nil` if any may get it.
    @usableFromInline let route: (@Sendable (borrowing Element) -> Int)?

    @usableFromInline
    init(_ pipeline: Pipeline, _ stages: [OpenStage<Element>], route: (@Sendable (borrowing Element) -> Int)? = nil) {
        self.pipeline = pipeline
        self.stages = stages
        self.route = route
    }

    /// The flow of a stage with this many workers.
    @inlinable
    init(
        _ pipeline: Pipeline, _ stage: String, workers: Int = 1,
        _ plan: @escaping @Sendable (StageOutput<Element>) -> StagePlan
    ) {
        let place = pipeline.core.opens(stage)
        self.init(pipeline, [OpenStage(number: place, isMany: workers > 1) { pipeline.core.add(plan($0), at: place) }])
    }

    /// Whether several workers emit these elements.
    @usableFromInline var isMany: Bool { stages.count > 1 || stages[0].isMany }

    @inlinable
    func attach(to output: StageOutput<Element>) {
        for stage in stages {
            pipeline.core.connects(stage.number)
            stage.attach(output)
        }
    }
}

/// A stage that does not know yet where its elements go.
@usableFromInline
struct OpenStage<Element: ~Copyable>: Sendable {
    /// Its number among the stages of the pipeline whose elements go nowhere yet.
    @usableFromInline let number: Int
    /// Whether several workers emit them.
    @usableFromInline let isMany: Bool
    @usableFromInline let attach: @Sendable (StageOutput<Element>) -> Void

    @usableFromInline
    init(number: Int, isMany: Bool, attach: @escaping @Sendable (StageOutput<Element>) -> Void) {
        self.number = number
        self.isMany = isMany
        self.attach = attach
    }

    /// The same stage, with its elements as another type.
    @usableFromInline
    func attaching<Other: ~Copyable>(_ attach: @escaping @Sendable (StageOutput<Other>) -> Void) -> OpenStage<Other> {
        OpenStage<Other>(number: number, isMany: isMany, attach: attach)
    }
}

extension Pipeline {
    /// Adds a stage that produces elements.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - of: the type of the elements.
    ///   - over: the kinds of queue that the flow uses.
    ///   - options: for the thread.
    ///   - body: runs once, on the stage's thread. When it returns, the stage has ended.
    /// - Returns: what the body emits.
    @inlinable
    public func source<Element: ~Copyable, Kinds: QueueKinds>(
        _ name: String, of: Element.Type = Element.self, over: Kinds.Type = RingKinds.self,
        options: StageOptions = StageOptions(), body: sending @escaping (inout Emitter<Element>) throws -> Void
    ) -> Flow<Element, SingleWorker, Kinds> {
        // SAFETY: `sending`, so the stage's one worker owns it; starting that thread orders what was done before.
        nonisolated(unsafe) let body = body
        return Flow(self, name) { .producing(name, options, into: $0) { try unsafe body(&$0) } }
    }
}

/// Connecting to the next stage.
extension Flow where Element: ~Copyable {
    /// Connects to a stage with this many workers, by one queue for all of them or, after a partition, one for each.
    @inlinable
    consuming func connect(
        _ workers: Int, _ options: StageOptions, _ undelivered: Undelivered<Element>
    ) -> StageInput<Element> {
        if let route, workers > 1 { return connect(workers, options, undelivered, route) }
        let (input, output) = queue(to: workers, options, undelivered)
        attach(to: output)
        return input
    }

    @inlinable
    func connect(
        _ workers: Int, _ options: StageOptions, _ undelivered: Undelivered<Element>,
        _ route: @escaping @Sendable (borrowing Element) -> Int
    ) -> StageInput<Element> {
        let lanes = (0..<workers).map { _ in queue(to: 1, options, undelivered) }
        attach(
            to: StageOutput(lanes.flatMap(\.output.ends)) { worker in
                let outlets = lanes.map { $0.output.outlet(worker) }
                return Outlet(width: 1) { element in outlets[route(element) % outlets.count].push(element) }
            })
        return StageInput(lanes.flatMap(\.input.ends)) { worker, number, _ in lanes[number].input.inlet(worker, 0, 1) }
    }

    /// Makes a queue of the cheapest kind that the workers on both sides allow.
    @inlinable
    func queue(
        to consumers: Int, _ options: StageOptions, _ undelivered: Undelivered<Element>
    ) -> (input: StageInput<Element>, output: StageOutput<Element>) {
        // The width is known at compile time, so a flow of one worker needs no code for several.
        switch (Width._isMany && isMany, consumers > 1) {
        case (false, false): queue(Kinds.OneToOne.self, false, false, options, undelivered)
        case (false, true): queue(Kinds.OneToMany.self, false, true, options, undelivered)
        case (true, false): queue(Kinds.ManyToOne.self, true, false, options, undelivered)
        case (true, true): queue(Kinds.ManyToMany.self, true, true, options, undelivered)
        }
    }

    @inlinable
    func queue<Kind: QueueKind>(
        _ kind: Kind.Type, _ hasProducers: Bool, _ hasConsumers: Bool, _ options: StageOptions,
        _ undelivered: Undelivered<Element>
    ) -> (input: StageInput<Element>, output: StageOutput<Element>) {
        let ends = QueueEnds<Element, Kind>(
            hasProducers: hasProducers, hasConsumers: hasConsumers, options, undelivered)
        pipeline.core.connect(ends)
        return (ends.input, ends.output)
    }
}

/// The two calls that all stages of a flow are built on.
extension Flow where Element: ~Copyable {
    /// Adds a stage with this many workers, and returns the flow of its results.
    @inlinable
    consuming func stage<Output: ~Copyable, State: ~Copyable, Far: FlowWidth>(
        _ name: String, _ workers: Int, _ order: StageOrder, _ onError: OnError<Element>, _ options: StageOptions,
        _ undelivered: (@Sendable (consuming sending Element) -> Void)?, begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Output>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, Far, Kinds> {
        let pipeline = pipeline
        let input = connect(workers, options, Undelivered(undelivered))
        return Flow<Output, Far, Kinds>(pipeline, name, workers: workers) {
            .passing(
                name, workers: workers, order, options, onError, from: input, into: $0, begin: begin, end: end,
                body: body)
        }
    }

    @inlinable
    consuming func sink<State: ~Copyable>(
        _ name: String, _ workers: Int, _ onError: OnError<Element>, _ options: StageOptions,
        _ undelivered: (@Sendable (consuming sending Element) -> Void)?, begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Void>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming Element, inout Emitter<Void>) throws -> Void
    ) -> Pipeline {
        let pipeline = pipeline
        let input = connect(workers, options, Undelivered(undelivered))
        pipeline.core.add(
            .working(
                name, workers: workers, options, onError, from: input, into: .nowhere, begin: begin,
                end: end, body: body))
        return pipeline
    }
}
