import RingQueues

/// What the threads of a pipeline have in common: who they are, whether they are to stop, how many are left.
@usableFromInline
final class PipelineCore: Sendable {
    struct Failure {
        let stage: String
        let error: any Error
    }

    /// One worker, ready to start.
    struct Job {
        let worker: Worker
        let plan: StagePlan
        let run: StageRun
    }

    private struct State {
        /// In the order in which their stages were named; empty where a stage waits for the next one.
        var plans: [StagePlan?] = []
        var stages: [StageAccount] = []
        var connections: [Connection] = []
        var edges: [EdgeAccount] = []
        var unconnected: [Int: String] = [:]
        var hasRun = false
        var isCancelled = false
        var failure: Failure?
        var endedEarly: String?
        var abandoned: [String] = []
        var left = 0
        /// Every worker has ended: nothing changes the outcome any more.
        var isOver = false
        var threads: [(StageThread, Worker)] = []
        var actions: [@Sendable () -> Void] = []
        var isActed = false
        var watching: [StageThread] = []
        var watchers: [(Duration, @Sendable (PipelineCore) -> Void)] = []
    }

    private let state = Guarded(State())
    private let limit: InFlight?
    /// Opens when everything is to stop.
    let halt = Latch()
    /// Opens when every worker has ended.
    private let over = Latch()
    /// Opens when nobody waits for the workers any more.
    private let released = Latch()

    init(limit: InFlight?) { self.limit = limit }

    var failure: Failure? { state.withLock { $0.failure } }
    var isOver: Bool { over.isOpen }
    var accounts: ([StageAccount], [EdgeAccount]) { state.withLock { ($0.stages, $0.edges) } }

    var outcome: PipelineReport.Outcome {
        state.withLock { state in
            if !state.abandoned.isEmpty { return .abandoned(stages: state.abandoned) }
            guard over.isOpen else { return .running }
            if let failure = state.failure { return .failed(stage: failure.stage) }
            if state.isCancelled { return .cancelled }
            if let stage = state.endedEarly { return .endedEarly(stage: stage) }
            return .finished
        }
    }
}

/// Building.
extension PipelineCore {
    /// Adds a stage, in the place that ``opens(_:)`` has given it.
    @usableFromInline
    func add(_ plan: StagePlan, at place: Int? = nil) {
        state.withLock { state in
            require(
                !state.hasRun, "stage '\(plan.name)' was added to a pipeline that has been run: it would not be started"
            )
            if let place { state.plans[place] = plan } else { state.plans.append(plan) }
            for connection in plan.given { Self.connect(connection, &state) }
            for edge in plan.outputs() { edge.comes(from: plan.name) }
            for edge in plan.inputs() { edge.goes(to: plan.name) }
        }
    }

    @usableFromInline
    func connect(_ connection: Connection) { state.withLock { Self.connect(connection, &$0) } }

    private static func connect(_ connection: Connection, _ state: inout State) {
        state.connections.append(connection)
        // Stages that were given ends of one queue share its account.
        if let queue = connection.account().control?.identity,
            let known = state.edges.first(where: { $0.control?.identity == queue })
        {
            return connection.share(known)
        }
        let account = connection.account()
        account.number(state.edges.count)
        state.edges.append(account)
    }

    /// A stage whose elements go nowhere yet: its place.
    @usableFromInline
    func opens(_ stage: String) -> Int {
        state.withLock { state in
            state.plans.append(nil)
            state.unconnected[state.plans.count - 1] = stage
            return state.plans.count - 1
        }
    }

    func name(of flow: Int) -> String { state.withLock { $0.unconnected[flow] ?? "" } }

    @usableFromInline
    func connects(_ flow: Int) { state.withLock { state in state.unconnected[flow] = nil } }
}

/// Running.
extension PipelineCore {
    /// Makes the queues, gives each worker its ends, and starts the workers.
    func start(_ name: String, capacity: Int, waiting: any WaitStrategy.Type) throws {
        // Each job goes with its worker: one that stayed here would keep the worker's ends, and the stream open.
        var jobs = try prepare(capacity: capacity, waiting: waiting)
        let watchers = state.withLock { state in
            defer { state.watchers = [] }
            return state.watchers
        }
        for (quiet, action) in watchers {
            do throws(StageError) { try watch(quiet, action) } catch { stop(Failure(stage: name, error: error)) }
        }
        while let job = jobs.popLast() { launch(job) }
    }

    func onQuiet(_ quiet: Duration, _ action: @escaping @Sendable (PipelineCore) -> Void) {
        state.withLock { $0.watchers.append((quiet, action)) }
    }

    /// Starts a thread that sees when nothing moves. It ends by itself, soon after the workers.
    private func watch(_ quiet: Duration, _ action: @escaping @Sendable (PipelineCore) -> Void) throws(StageError) {
        let thread = try StageThread(
            name: "watch",
            ClosureWork { [self] in
                var seen = moves
                var isTold = false
                while !released.wait(quiet) {
                    let now = moves
                    if now == seen && !isTold { action(self) }
                    isTold = now == seen
                    seen = now
                }
            })
        state.withLock { $0.watching.append(thread) }
    }

    /// Everything that the workers have counted: the same again if nothing has moved.
    private var moves: Int {
        let (stages, edges) = accounts
        return stages.reduce(0) { $0 &+ $1.moves } &+ edges.reduce(0) { $0 &+ $1.enqueued &+ $1.handedBack }
    }

    private func prepare(capacity: Int, waiting: any WaitStrategy.Type) throws -> [Job] {
        let (plans, connections, edges) = try state.withLock { state throws(PipelineError) in
            if state.hasRun { throw .alreadyRun }
            if let flow = state.unconnected.min(by: { $0.key < $1.key }) { throw .unconnected(stage: flow.value) }
            if state.plans.isEmpty { throw .empty }
            state.hasRun = true
            // A body may hold its pipeline: they are the workers' from here on, and go with them.
            defer {
                state.plans = []
                state.connections = []
            }
            return (state.plans.compactMap { $0 }, state.connections, state.edges)
        }
        var stage = ""
        do {
            for connection in connections {
                stage = connection.account().to
                try connection.open(connection.capacity ?? capacity, waiting)
            }
        } catch {
            // Whoever stands at the other ends of the queues that it was given sees a failure, and no end of the stream.
            for edge in edges { edge.stop(.failure(error)) }
            for plan in plans {
                plan.opens()
                plan.closes()
            }
            for connection in connections { connection.dropEnds() }
            let failure = Failure(stage: stage, error: error)
            // Not let go with the lock held.
            let unused = state.withLock { state in
                state.isOver = true
                if state.failure == nil && !state.isCancelled { state.failure = failure }
                defer { (state.actions, state.watchers) = ([], []) }
                return (state.actions, state.watchers)
            }
            _ = unused
            over.open()
            throw error
        }
        var jobs: [Job] = []
        for plan in plans {
            let stage = StageAccount(plan.name, takesFrom: plan.inputs(), isEntry: plan.isEntry)
            state.withLock { $0.stages.append(stage) }
            for number in 0..<plan.workers {
                plan.opens()
                let name = plan.workers == 1 ? plan.name : "\(plan.name)-\(number + 1)"
                let worker = stage.addWorker(named: name, halt: halt, limit: limit)
                jobs.append(Job(worker: worker, plan: plan, run: plan.prepare(worker, number)))
            }
        }
        for connection in connections { connection.dropEnds() }
        for edge in edges { edge.seal() }
        limit?.watch(state.withLock { $0.stages }, edges)
        state.withLock { $0.left = jobs.count }
        return jobs
    }

    /// Starts a worker. If the system gives no more threads, everything stops.
    private func launch(_ job: Job) {
        if !halt.isOpen {
            do throws(StageError) {
                let thread = try StageThread(name: job.worker.name, options: job.plan.options, StageJob(job, self))
                return state.withLock { $0.threads.append((thread, job.worker)) }
            } catch { stop(Failure(stage: job.plan.name, error: error)) }
        }
        stopEdges(of: job.worker)
        job.run(false) { _ in }
        ended(job.worker, job.plan)
    }

    /// Waits until every worker has ended or was given up.
    func waitForAll() {
        released.wait()
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in state.withLock({ $0.watching }) { thread.join() }
        for (thread, worker) in threads {
            if worker.hasEnded { thread.join() } else { thread.detach() }
        }
    }

    func abandon(after timeout: Duration) {
        guard state.withLock({ $0.hasRun }), !over.wait(timeout) else { return }
        state.withLock { state in
            state.abandoned = state.stages.filter { $0.workers.contains { !$0.hasEnded } }.map(\.name)
        }
        released.open()
    }

    /// A worker ends before its stream does.
    fileprivate func leaves(_ worker: Worker, _ exit: StageExit) {
        switch exit {
        case .failed(let error): stop(Failure(stage: worker.stage.name, error: error))
        case .early: endsEarly(worker.stage)
        case .refused:
            // Where the next stage belongs to another pipeline, its failure is this one's as well.
            if let error = worker.failureDownstream {
                stop(Failure(stage: worker.stage.name, error: error))
            } else if !halt.isOpen {
                endsEarly(worker.stage)
            }
        case .cancelled: stop(nil)
        case .stopped: break
        }
        if halt.isOpen { stopEdges(of: worker) }
    }

    /// Before a worker gives its ends up because all is to stop: in the eyes of another pipeline that would be the end of
    /// the stream, if it came before the stop did.
    private func stopEdges(of worker: Worker) {
        let poison: Poison = if let failure { .failure(failure.error) } else { .cancel }
        for edge in worker.edges { edge.stop(poison) }
    }

    /// A stage takes no more. The first one, furthest downstream, is the one to name.
    private func endsEarly(_ stage: StageAccount) {
        var before = state.withLock { state in
            if state.endedEarly == nil { state.endedEarly = stage.name }
            return state.stages
        }
        stage.stopTaking()
        // One that waits for an element would hear of it when it emits the next time, if ever.
        while let place = before.firstIndex(where: \.isUnwanted) { before.remove(at: place).stopTaking() }
        act()
    }

    /// A worker has ended.
    fileprivate func ended(_ worker: Worker, _ plan: StagePlan) {
        plan.closes()
        worker.enter(.ended, at: Platform.nanoseconds)
        limit?.wake()
        let actions: [@Sendable () -> Void]? = state.withLock { state in
            state.left -= 1
            guard state.left == 0 else { return nil }
            state.isOver = true
            defer { state.actions = [] }
            return state.actions
        }
        // Never called, and not let go with the lock held.
        if actions != nil {
            limit?.forget()
            over.open()
            released.open()
        }
    }
}

/// Stopping.
extension PipelineCore {
    /// Stops everything, with a failure or without. The first failure stands.
    func stop(_ failure: Failure?) {
        let edges: [EdgeAccount]? = state.withLock { state in
            if state.isOver { return nil }
            if let failure {
                if state.failure == nil && !state.isCancelled { state.failure = failure }
            } else if state.failure == nil {
                state.isCancelled = true
            }
            return state.edges
        }
        guard let edges else { return }
        halt.open()
        let poison: Poison = if let failure { .failure(failure.error) } else { .cancel }
        for edge in edges { edge.stop(poison) }
        act()
    }

    func onStop(_ action: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.isActed && !state.isOver { state.actions.append(action) }
            return state.isActed
        }
        if isLate { action() }
    }

    private func act() {
        let actions = state.withLock { state in
            defer { state.actions = [] }
            state.isActed = true
            return state.actions
        }
        limit?.wake()
        for action in actions { action() }
    }
}

private final class ClosureWork: StageWork {
    private let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
    override func run() { body() }
}

/// What a stage's thread runs.
private final class StageJob: StageWork {
    private var job: PipelineCore.Job?
    private let core: PipelineCore

    init(_ job: PipelineCore.Job, _ core: PipelineCore) {
        self.job = job
        self.core = core
    }

    override func run() {
        guard let job = job.take() else { return }
        let worker = job.worker
        job.run(true) { [core] exit in core.leaves(worker, exit) }
        core.ended(worker, job.plan)
    }
}
