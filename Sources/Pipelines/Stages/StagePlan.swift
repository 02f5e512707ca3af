import RingQueues

/// The work of one worker, with its ends. Runs on the worker's thread; without a thread, it only drops the ends. If it leaves
/// before the end of its stream, it reports that before it drops the ends.
@usableFromInline
typealias StageRun = (_ hasThread: Bool, _ leaves: (StageExit) -> Void) -> Void

/// What a pipeline needs to know about a stage.
@usableFromInline
struct StagePlan: Sendable {
    let name: String
    let workers: Int
    let isEntry: Bool
    let options: StageOptions
    let inputs: [any EdgeEnds]
    let outputs: [any EdgeEnds]
    /// The ends that the stage was given. The others belong to queues that the pipeline makes.
    let given: [any EdgeEnds]
    /// Takes the ends for the worker with this number, and returns its work.
    let prepare: @Sendable (Worker, Int) -> StageRun
    let opens: @Sendable () -> Void
    let closes: @Sendable () -> Void

    @usableFromInline
    init(
        name: String, workers: Int, isEntry: Bool = false, options: StageOptions,
        inputs: [any EdgeEnds] = [], outputs: [any EdgeEnds] = [], given: [any EdgeEnds],
        opens: @escaping @Sendable () -> Void = {}, closes: @escaping @Sendable () -> Void = {},
        prepare: @escaping @Sendable (Worker, Int) -> StageRun
    ) {
        require(workers >= 1, "stage '\(name)' needs at least one worker, got \(workers)")
        self.name = name
        self.workers = workers
        self.isEntry = isEntry
        self.options = options
        self.inputs = inputs
        self.outputs = outputs
        self.given = given
        self.opens = opens
        self.closes = closes
        self.prepare = prepare
    }
}

extension StagePlan {
    /// A stage that produces elements.
    @inlinable
    static func producing<Out: ~Copyable>(
        _ name: String, _ options: StageOptions, into port: StageOutput<Out>, given: [any EdgeEnds] = [],
        _ body: @escaping @Sendable (inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        StagePlan(
            name: name, workers: 1, isEntry: true, options: options, outputs: port.ends, given: given
        ) { worker, _ in
            let outlet = port.entry(worker)
            return { hasThread, leaves in
                guard hasThread else { return }
                worker.works(at: Worker.now)
                var emit = Emitter(outlet, worker)
                do {
                    try body(&emit)
                    if worker.halt.isOpen { leaves(.stopped) }
                } catch { leaves(worker.exit(of: emit.cause(of: error), emit.isRefused)) }
            }
        }
    }

    /// A stage that takes elements and emits others, in the given order.
    @inlinable
    static func passing<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ name: String, workers: Int, _ order: StageOrder, _ options: StageOptions, _ onError: OnError<In>,
        from source: StageInput<In>, into target: StageOutput<Out>, given: [any EdgeEnds] = [],
        begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Out>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming In, inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        order.isPreserved
            ? .ordering(
                name, workers: workers, window: order.window(for: workers), options, onError, from: source,
                into: target, given: given, begin: begin, end: end, body: body)
            : .working(
                name, workers: workers, options, onError, from: source, into: target, given: given, begin: begin,
                end: end, body: body)
    }

    /// A stage that takes elements and emits others. Each worker has its own state, which it uses for each element and after
    /// the last one.
    ///
    /// The state is a variable of the worker's loop: if a closure captured it, it would be on the heap, and each access to it
    /// would be checked. The work is passed down to the loop as closures: in a value of a generic type they would take their
    /// arguments through memory and thunks.
    @inlinable
    static func working<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ name: String, workers: Int, isEntry: Bool = false, _ options: StageOptions, _ onError: OnError<In>,
        from source: StageInput<In>, into target: StageOutput<Out>, given: [any EdgeEnds] = [],
        begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Out>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming In, inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        StagePlan(
            name: name, workers: workers, isEntry: isEntry, options: options, inputs: source.ends,
            outputs: target.ends, given: given,
            opens: { onError.open() }, closes: { onError.close() }
        ) { worker, number in
            let inlet = source.inlet(worker, number, workers)
            let outlet = isEntry ? target.entry(worker) : target.outlet(worker)
            return { hasThread, leaves in
                if hasThread {
                    worker.works(at: Worker.now)
                    var emit = Emitter(outlet, worker)
                    worker.work(inlet, &emit, onError, begin, end, body, leaves: leaves)
                }
                inlet.end()
            }
        }
    }
}
