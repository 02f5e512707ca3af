import CRings

/// Waiting in a task: what a call does between its tries. The task is suspended, and holds no thread.
///
///     try; if that found nothing:
///         var suspension = Suspension(...)
///         while await suspension.step() {
///             try; if that ended the call: suspension.end(), done
///         }
///         timed out, or the task was cancelled
///
/// The protocol is that of `rq_event.h`: announce, try, sleep, leave, try, check on behalf of the others. Whatever ends the
/// sleep, the waiter leaves and checks: a wake that it cannot use goes to the next waiter (E9).
@usableFromInline
struct Suspension<Element: ~Copyable, Kind: QueueKind> {
    private enum State {
        /// The call has made its first try.
        case new
        /// Other tasks have run.
        case yielded
        /// Signallers see that the task waits: it has to try once more.
        case announced(key: UInt32)
        /// It has left: it has to try once more.
        case woken(others: UInt32, relied: Bool)
    }

    private let storage: _QueueStorage
    private let side: _QueueSide
    private let sleeper: Sleeper
    /// Nanoseconds on the clock of the C layer; `.max`: none.
    private let deadline: Int64
    private var state = State.new
    private var isOver = false

    @usableFromInline
    init(_ storage: _QueueStorage, _ side: _QueueSide, _ sleeper: Sleeper, _ deadline: Deadline) {
        self.storage = storage
        self.side = side
        self.sleeper = sleeper
        self.deadline = deadline.nanoseconds
        look()
    }

    /// Waits: lets other tasks run, announces that the task is about to sleep, or sleeps. Returns true if the caller should try
    /// again; false if the deadline has passed or the task was cancelled.
    @usableFromInline
    nonisolated(nonsending) mutating func step() async -> Bool {
        if isOver {
            end()
            return false
        }
        switch state {
        case .new:
            // Without this, a stream takes a suspension for every few elements. Benchmarks/LOG.md has figures.
            await Task.yield()
            state = .yielded
            look()
        case .yielded, .woken:
            state = unsafe .announced(key: rq_event_announce(Kind._event(storage, side).pointer))
        case .announced(let key):
            await sleeper.sleep(key: key, until: deadline)
            leave()
            look()
        }
        return true
    }

    /// Ends the wait, after a try that ended the call.
    @usableFromInline
    mutating func end() {
        if case .announced = state { leave() }
        guard case .woken(let others, let relied) = state else { return }
        if rq_event_must_check(others, relied), Kind._isReady(storage, side, of: Element.self) {
            unsafe rq_event_hand_on(Kind._event(storage, side).pointer)
        }
    }

    private mutating func leave() {
        var relied = false
        let others = unsafe rq_event_leave(Kind._event(storage, side).pointer, &relied)
        state = .woken(others: others, relied: relied)
    }

    private mutating func look() {
        isOver = Task.isCancelled || (deadline != .max && rq_now() >= deadline)
    }
}
