import RingQueues

/// The life of one run: its phase, and why it was stopped. `PipelineCore` keeps it under its lock.
///
///                run()          the last worker ends          run() returns
///     building ────────▶ running ──────────────────▶ ended ─────────────────▶
///        │                │    │                     ▲   ▲
///        │ run() after    │    │ shutdown(until:)    │   │
///        │ a drain        │    │ is late             │   │ the last worker ends
///        │                │    └───────▶ givenUp ────┼───┘
///        │  drain(until:) │              ▲   │       │
///        │                ▼              │   │       │ the last worker ends
///        └───────────▶ draining ─────────┘   │       │
///                         └──────────────────┼───────┘
///                                            │ run() returns
///                                            └─────────▶ abandoned
///
/// While the run is draining, the sources take nothing new and everything else runs as before. So a drained run ends like
/// any other: `finished` if nothing stops it.
///
/// In each phase before `ended` the run may be stopped. A stop has three steps:
///
/// 1. `stop(_:)` decides under the lock. From here on the outcome is that stop, even if every worker ends by itself.
/// 2. The stopping thread stops the queues. Then `act()` gives it the actions, and it calls them.
/// 3. `acted()` says that the stop is done. `run()` does not return before that.
///
/// A run that ends without a stop does not call its actions, and a stop after the end changes nothing. So the actions are
/// called if and only if the outcome is not `finished`. `Tests/Verification/models/stop.pml` is the model.
struct Life {
    typealias Action = @Sendable () -> Void

    enum Phase: Equatable {
        case building, running
        /// The sources are to end, and everything that they have emitted is to be processed.
        case draining
        /// No thread waits for the workers any more, but `run()` has not returned.
        case givenUp
        case ended
        /// `run()` has returned while workers of these stages had not ended.
        case abandoned(stages: [String])
    }

    /// Why the run was stopped. A cancel or a failure replaces an early end; nothing replaces a cancel or a failure.
    enum Cause {
        case none
        case earlyEnd(stage: String)
        case cancel
        case failure(PipelineCore.Failure)

        fileprivate var isFinal: Bool {
            switch self {
            case .none, .earlyEnd: false
            case .cancel, .failure: true
            }
        }
    }

    private(set) var phase = Phase.building
    private(set) var cause = Cause.none
    /// Whether the run is to drain as soon as it begins.
    private var drainsAtOnce = false
    /// Whether all workers are known.
    private var hasWorkers = false
    /// The number of workers that have not ended, plus one for `run()` while it starts them.
    private var left = 0
    /// The number of stops and late actions in progress.
    private var stopping = 0
    /// The actions; `nil` once they were called. An action that is registered later is called at once.
    private var actions: [Action]? = []

    var hasBegun: Bool { phase != .building }
    /// Whether every worker has ended.
    var hasEnded: Bool { phase == .ended }
    /// Whether the sources are to end. False until all workers are known, because they determine which queues still get
    /// elements.
    var drains: Bool { phase == .draining && hasWorkers }
    var failure: PipelineCore.Failure? { if case .failure(let failure) = cause { failure } else { nil } }
    /// The poison for the queues of a stopped run.
    var poison: Poison { if let failure { .failed(failure.error) } else { .cancelled } }

    /// Whether the run ended without a stop.
    private var hasFinished: Bool { if case .none = cause { phase == .ended } else { false } }

    /// Whether `run()` may return: it has nothing more to wait for.
    private var mayReturn: Bool { (phase == .ended || phase == .givenUp) && stopping == 0 }

    /// Begins the run.
    mutating func begin() {
        phase = drainsAtOnce ? .draining : .running
        left = 1
    }

    /// Counts workers, before any of them runs.
    mutating func add(workers: Int) {
        left += workers
        hasWorkers = true
    }

    /// Begins to end the sources, now or when the run begins. Changes nothing in a run that has ended or was given up.
    mutating func drain() {
        switch phase {
        case .building: drainsAtOnce = true
        case .running: phase = .draining
        case .draining, .givenUp, .ended, .abandoned: break
        }
    }

    /// Accepts a stop, if the run has not ended yet.
    ///
    /// - Returns: whether it was accepted. Then the caller stops the queues and calls `act()`.
    mutating func stop(_ new: Cause) -> Bool {
        switch phase {
        case .ended, .abandoned: return false
        case .building, .running, .draining, .givenUp: break
        }
        switch cause {
        case .none: cause = new
        case .earlyEnd: if new.isFinal { cause = new }
        case .cancel, .failure: break
        }
        stopping += 1
        return true
    }

    /// Takes the actions, for the caller to call each of them and then `acted()`.
    mutating func act() -> [Action] {
        defer { actions = nil }
        return actions ?? []
    }

    /// Registers an action.
    ///
    /// - Returns: whether the caller is to call it at once, and then `acted()`.
    mutating func register(_ action: @escaping Action) -> Bool {
        if hasFinished { return false }
        if actions != nil {
            actions!.append(action)
            return false
        }
        stopping += 1
        return true
    }

    /// Notes that a stop, or an action that was registered late, is done.
    ///
    /// - Returns: whether `run()` has nothing more to wait for.
    mutating func acted() -> Bool {
        stopping -= 1
        return mayReturn
    }

    /// What becomes of a run when one of its workers ends.
    struct End {
        let isLast: Bool
        let mayReturn: Bool
        /// Actions that will not be called. The caller releases them after it has unlocked.
        let unused: [Action]?
    }

    /// Notes that a worker has ended, or that all workers were started.
    mutating func end() -> End {
        left -= 1
        guard left == 0 else { return End(isLast: false, mayReturn: false, unused: nil) }
        if phase == .running || phase == .draining || phase == .givenUp { phase = .ended }
        defer { if hasFinished { actions = nil } }
        return End(isLast: true, mayReturn: mayReturn, unused: hasFinished ? actions : nil)
    }

    /// Notes that a shutdown has timed out.
    ///
    /// - Returns: whether `run()` has nothing more to wait for.
    mutating func giveUp() -> Bool {
        if phase == .running || phase == .draining { phase = .givenUp }
        return mayReturn
    }

    /// Notes that `run()` returns.
    ///
    /// - Parameter atWork: stages of which a worker has not ended.
    /// - Returns: whether every worker has ended.
    mutating func leave(atWork: [String]) -> Bool {
        if phase == .givenUp { phase = .abandoned(stages: atWork) }
        return hasEnded
    }

    /// How the run ended, or that it has not ended.
    ///
    /// - Parameter atWork: stages of which a worker has not ended.
    /// - Returns: the outcome for the report.
    func outcome(atWork: [String]) -> PipelineReport.Outcome {
        switch phase {
        case .building, .running, .draining: .running
        case .givenUp: atWork.isEmpty ? .running : .abandoned(stages: atWork)
        case .abandoned(let stages): .abandoned(stages: stages)
        case .ended:
            switch cause {
            case .none: .finished
            case .earlyEnd(let stage): .endedEarly(stage: stage)
            case .cancel: .cancelled
            case .failure(let failure): .failed(stage: failure.stage)
            }
        }
    }
}
