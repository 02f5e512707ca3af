public import RingQueues

/// What the stages so far give on, for the next stage to take.
///
/// From ``Pipeline/source(_:of:over:options:body:)``. Each call adds a stage and returns what comes out of it; a flow goes
/// to one stage, and ends in a sink. A transform without a name adds no stage: it runs on the threads of the one before.
/// The flow's type says what flows, whether one worker gives it or ``MultiWorker`` do, and over which kinds of queue.
public struct Flow<Element: ~Copyable, Width: FlowWidth, Kinds: QueueKinds>: ~Copyable {
    @usableFromInline let pipeline: Pipeline
    /// The stages whose elements these are, each waiting to be told where they go.
    @usableFromInline let origins: [Origin<Element>]
    /// Which worker of a stage with several gets an element; any, if there is no such rule.
    @usableFromInline let route: (@Sendable (borrowing Element) -> Int)?

    @usableFromInline
    init(_ pipeline: Pipeline, _ origins: [Origin<Element>], route: (@Sendable (borrowing Element) -> Int)? = nil) {
        self.pipeline = pipeline
        self.origins = origins
        self.route = route
    }

    /// What a stage of that name gives on.
    @inlinable
    init(_ pipeline: Pipeline, _ stage: String, _ plan: @escaping @Sendable (OutPort<Element>) -> StagePlan) {
        let place = pipeline.core.opens(stage)
        self.init(pipeline, [Origin(number: place) { pipeline.core.add(plan($0), at: place) }])
    }

    @inlinable
    func attach(to port: OutPort<Element>) {
        for origin in origins {
            pipeline.core.connects(origin.number)
            origin.attach(port)
        }
    }
}

/// A stage that does not know yet where its elements go.
@usableFromInline
struct Origin<Element: ~Copyable>: Sendable {
    /// Among those of its pipeline that go nowhere yet.
    @usableFromInline let number: Int
    @usableFromInline let attach: @Sendable (OutPort<Element>) -> Void

    @usableFromInline
    init(number: Int, attach: @escaping @Sendable (OutPort<Element>) -> Void) {
        self.number = number
        self.attach = attach
    }
}

extension Pipeline {
    /// Adds a stage that makes elements.
    ///
    /// - Parameters:
    ///   - name: for people, and of the thread; the system keeps 15 bytes of it.
    ///   - of: the type of the elements.
    ///   - over: which kinds of queue the flow goes over.
    ///   - options: of the thread.
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

/// Making the queue to the next stage.
extension Flow where Element: ~Copyable {
    /// To a stage with this many workers; `nil`: always one.
    @inlinable
    consuming func connect(_ workers: Int?, _ options: StageOptions, _ undelivered: Undelivered<Element>) -> InPort<
        Element
    > {
        if let route, let workers { return connect(workers, options, undelivered, route) }
        let ports = Self.ports(isShared: workers != nil, options, undelivered)
        pipeline.core.connect(ports.connection)
        attach(to: ports.out)
        return ports.in
    }

    /// A queue for each worker.
    @inlinable
    func connect(
        _ workers: Int, _ options: StageOptions, _ undelivered: Undelivered<Element>,
        _ route: @escaping @Sendable (borrowing Element) -> Int
    ) -> InPort<Element> {
        let lanes = (0..<max(workers, 1)).map { _ in Self.ports(isShared: false, options, undelivered) }
        for lane in lanes { pipeline.core.connect(lane.connection) }
        let edges: @Sendable () -> [EdgeAccount] = { lanes.flatMap { $0.out.edges() } }
        attach(
            to: OutPort(edges: edges) { worker in
                let outlets = lanes.map { $0.out.outlet(worker) }
                return Outlet(width: 1) { element in outlets[route(element) % outlets.count].push(element) }
            })
        return InPort(edges: edges) { worker, number, _ in lanes[number].in.inlet(worker, 0, 1) }
    }

    /// The cheapest kind that the workers on both sides allow. What is known of them is in the types.
    @inlinable
    static func ports(isShared: Bool, _ options: StageOptions, _ undelivered: Undelivered<Element>) -> Ports<Element> {
        switch (Width._isMany, isShared) {
        case (false, false): ports(Kinds.OneToOne.self, isShared, options, undelivered)
        case (false, true): ports(Kinds.OneToMany.self, isShared, options, undelivered)
        case (true, false): ports(Kinds.ManyToOne.self, isShared, options, undelivered)
        case (true, true): ports(Kinds.ManyToMany.self, isShared, options, undelivered)
        }
    }

    @inlinable
    static func ports<Kind: QueueKind>(
        _ kind: Kind.Type, _ isShared: Bool, _ options: StageOptions, _ undelivered: Undelivered<Element>
    ) -> Ports<Element> {
        let link = Link<Element, Kind>(
            hasProducers: Width._isMany, hasConsumers: isShared, waits: options.whenFull == .wait, undelivered)
        return Ports(link, capacity: options.capacity)
    }
}

/// What all stages of a flow are made of.
extension Flow where Element: ~Copyable {
    /// A stage with this many workers (`nil`: always one), and the flow that it gives on.
    @inlinable
    consuming func stage<Output: ~Copyable, State: ~Copyable, Far: FlowWidth>(
        _ name: String, _ workers: Int?, _ order: StageOrder, _ onError: OnError<Element>, _ options: StageOptions,
        _ undelivered: (@Sendable (consuming sending Element) -> Void)?, begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Output>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming Element, inout Emitter<Output>) throws -> Void
    ) -> Flow<Output, Far, Kinds> {
        let pipeline = pipeline
        let port = connect(workers, options, Undelivered(undelivered))
        let count = workers ?? 1
        return Flow<Output, Far, Kinds>(pipeline, name) {
            .passing(
                name, workers: count, order, options, onError, from: port, into: $0, begin: begin, end: end, body: body)
        }
    }

    @inlinable
    consuming func sink<State: ~Copyable>(
        _ name: String, _ workers: Int?, _ onError: OnError<Element>, _ options: StageOptions,
        _ undelivered: (@Sendable (consuming sending Element) -> Void)?, begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Void>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming Element, inout Emitter<Void>) throws -> Void
    ) -> Pipeline {
        let pipeline = pipeline
        let port = connect(workers, options, Undelivered(undelivered))
        pipeline.core.add(
            .working(
                name, workers: workers ?? 1, options, onError, from: port, into: .nowhere, begin: begin,
                end: end, body: body))
        return pipeline
    }
}
