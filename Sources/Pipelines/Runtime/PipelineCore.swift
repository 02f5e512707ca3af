import RingQueues

/// The state that a pipeline's threads share: the list of threads, whether they have to stop, and how many are left.
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

    struct State {
        /// The plans, in the order in which their stages were named; `nil` for a stage that is not connected yet.
        var plans: [StagePlan?] = []
        var stages: [StageAccount] = []
        /// The ends of the queues that connect the stages.
        var ends: [any EdgeEnds] = []
        var edges: [Edge] = []
        var unconnected: [Int: String] = [:]
        var life = Life()
        var threads: [(StageThread, Worker)] = []
        var watching: [StageThread] = []
        /// The threads that run a worker, watch, or stop the pipeline. Each is added before it runs any user code.
        var workerThreads: [JoinGraph.Thread] = []
        var watchThreads: [JoinGraph.Thread] = []
        var stoppingThreads: [JoinGraph.Thread] = []
        /// When to cancel the run, if the caller of a drain could not wait for that.
        var drainEnd: Deadline?
        /// The thread that is starting the workers.
        var starter: JoinGraph.Thread?
        var watchers: [(Duration, @Sendable (PipelineCore) -> Void)] = []

        /// The threads that run() waits for. Copied element by element, because the caller reads them without the lock while
        /// others append. Otherwise only a reference count would order the two, and the thread sanitizer does not see that.
        var awaitedThreads: [JoinGraph.Thread] { [workerThreads, watchThreads, stoppingThreads].flatMap { $0 } }
        /// The threads that ``PipelineCore/released`` waits for, copied for the same reason.
        var threadsBeforeRelease: [JoinGraph.Thread] { [workerThreads, stoppingThreads].flatMap { $0 } }
        /// The threads that run a worker, copied for the same reason.
        var threadsOfWorkers: [JoinGraph.Thread] { workerThreads.map { $0 } }

        /// Stages of which a worker has not ended.
        var atWork: [String] { stages.filter { $0.workers.contains { !$0.hasEnded } }.map(\.name) }
    }

    let state = Guarded(State())
    let limit: InFlight?
    /// Opens when every stage has to stop.
    let halt = Latch()
    /// Opens when every worker has ended.
    let over = Latch()
    /// Opens when `run()` has nothing more to wait for.
    let released = Latch()
    /// Wakes `run()` when it may return, or when ``State/drainEnd`` has changed.
    let bell = Monitor()

    init(limit: InFlight?) { self.limit = limit }

    var failure: Failure? { state.withLock { $0.life.failure } }
    var accounts: ([StageAccount], [Edge]) { state.withLock { ($0.stages, $0.edges) } }
    var outcome: PipelineReport.Outcome { state.withLock { $0.life.outcome(atWork: $0.atWork) } }
}

/// Building.
extension PipelineCore {
    /// Adds a stage, at the place that ``opens(_:)`` returned for it.
    @usableFromInline
    func add(_ plan: StagePlan, at place: Int? = nil) {
        state.withLock { state in
            require(
                !state.life.hasBegun,
                "stage '\(plan.name)' was added to a pipeline that has been run: it would not be started"
            )
            if let place { state.plans[place] = plan } else { state.plans.append(plan) }
            for ends in plan.given { Self.connect(ends, &state) }
            for ends in plan.outputs { ends.edge.comes(from: plan.name) }
            for ends in plan.inputs { ends.edge.goes(to: plan.name) }
        }
    }

    @usableFromInline
    func connect(_ ends: any EdgeEnds) { state.withLock { Self.connect(ends, &$0) } }

    private static func connect(_ ends: any EdgeEnds, _ state: inout State) {
        state.ends.append(ends)
        // Stages that were given ends of one queue share its edge.
        if let queue = ends.edge.control?.identity,
            let known = state.edges.first(where: { $0.control?.identity == queue })
        {
            return ends.share(known)
        }
        ends.edge.number(state.edges.count)
        state.edges.append(ends.edge)
    }

    /// Notes a stage whose elements go nowhere yet; returns its place.
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
    func start(_ name: String, capacity: Int, waiting: WaitStrategy) throws {
        // Do not keep the jobs: a job holds its worker's ends, which would keep the stream open.
        var jobs = try prepare(capacity: capacity, waiting: waiting)
        let watchers = state.withLock { state in
            defer { state.watchers = [] }
            return state.watchers
        }
        for (quiet, action) in watchers {
            do throws(StageError) { try watch(quiet, action) } catch { stop(Failure(stage: name, error: error)) }
        }
        while let job = jobs.popLast() { launch(job) }
        settle(
            state.withLock { state in
                state.starter = nil
                return state.life.end()
            })
    }

    private func prepare(capacity: Int, waiting: WaitStrategy) throws -> [Job] {
        let starter = JoinGraph.current
        let (plans, ends) = try state.withLock { state throws(PipelineError) in
            if state.life.hasBegun { throw .alreadyRun }
            if let flow = state.unconnected.min(by: { $0.key < $1.key }) { throw .unconnected(stage: flow.value) }
            if state.plans.isEmpty { throw .empty }
            state.life.begin()
            state.starter = starter
            // A body may hold its pipeline. So from here on only the workers hold the plans, and release them at their end.
            defer {
                state.plans = []
                state.ends = []
            }
            return (state.plans.compactMap { $0 }, state.ends)
        }
        // Do this before a thread exists that could wait for this one.
        JoinGraph.begin { [self] in state.withLock { $0.awaitedThreads } }
        var stage = ""
        do {
            for ends in ends {
                stage = ends.edge.to
                try ends.open(capacity: capacity, waiting: waiting)
            }
        } catch {
            // Stop before the ends are dropped. The other ends of given queues then see a failure, not the end of the stream.
            stop(Failure(stage: stage, error: error))
            for plan in plans {
                plan.opens()
                plan.closes()
            }
            for ends in ends { ends.drop() }
            let (watchers, end) = state.withLock { state in
                defer { state.watchers = [] }
                return (state.watchers, state.life.end())
            }
            settle(end)
            released.wait()
            JoinGraph.end()
            // The watchers may hold the pipeline, so they must not be destroyed while the lock is held.
            withExtendedLifetime(watchers) {}
            throw error
        }
        var jobs: [Job] = []
        for plan in plans {
            let stage = StageAccount(plan.name, takesFrom: plan.inputs.map(\.edge), isEntry: plan.isEntry)
            state.withLock { $0.stages.append(stage) }
            for number in 0..<plan.workers {
                plan.opens()
                let name = ThreadName.worker(number + 1, of: plan.workers, in: plan.name)
                let worker = stage.addWorker(named: name, halt: halt, limit: limit)
                jobs.append(Job(worker: worker, plan: plan, run: plan.prepare(worker, number)))
            }
        }
        for ends in ends { ends.drop() }
        let (stages, edges) = accounts
        for edge in edges { edge.seal() }
        limit?.watch(stages, edges)
        let drains = state.withLock { state in
            state.life.add(workers: jobs.count)
            return state.life.drains
        }
        if drains { endSources() }
        return jobs
    }

    /// Starts a worker. If the system cannot create a thread, stops everything.
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
}

/// The work of a stage's thread.
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
        let thread = JoinGraph.current
        core.state.withLock { $0.workerThreads.append(thread) }
        job.run(true) { [core] exit in core.leaves(worker, exit) }
        core.ended(worker, job.plan)
    }
}
