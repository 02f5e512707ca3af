import RingQueues
public import Synchronization

/// Counts the elements of a queue that are not done, and wakes the threads that wait until all are.
@usableFromInline
final class TaskTally: Sendable {
    private struct State {
        var isStopped = false
        var moment: Moment?
    }

    /// The moment that joining threads wait for: the next one without an unfinished element, or a stop before it.
    private final class Moment: Sendable {
        let latch = Latch()
        /// Set before the latch opens. Elements that come after the moment, and a stop after it, do not concern these
        /// waiters.
        let answer = Guarded<Answer?>(nil)
    }

    private struct Answer {
        let unfinished: Int
        let dropped: Int
    }

    @usableFromInline let unfinished = Atomic(0)
    @usableFromInline let dropped = Atomic(0)
    private let state = Guarded(State())

    init() {}

    /// Adds an unfinished element. Relaxed: the queue orders this before the element's own subtraction, and whatever makes a
    /// join later orders it before that join.
    @inlinable
    func add() { unfinished.add(1, ordering: .relaxed) }

    /// Subtracts an element. Everything that was done for it before this is visible to the threads that join.
    @inlinable
    func subtract() {
        if unfinished.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { signal() }
    }

    @usableFromInline
    func drop() {
        dropped.add(1, ordering: .relaxed)
        subtract()
    }

    /// Wakes the waiting threads. Checks again under the lock: an element may have come in the meantime. A thread that began
    /// to wait since then must not be woken for the earlier moment.
    ///
    /// No wake-up is lost. A waiting thread has seen a number above zero while it held the lock. So the subtraction that
    /// finally leaves zero comes later, and takes the lock later, too.
    @usableFromInline
    func signal() {
        let moment = state.withLock { state -> Moment? in
            guard unfinished.load(ordering: .acquiring) == 0 else { return nil }
            state.moment?.answer.withLock { $0 = Answer(unfinished: 0, dropped: dropped.load(ordering: .relaxed)) }
            return state.moment.take()
        }
        moment?.latch.open()
    }

    func stop() {
        let moment = state.withLock { state in
            state.isStopped = true
            state.moment?.answer.withLock { $0 = now }
            return state.moment.take()
        }
        moment?.latch.open()
    }

    /// The answer now. Reads the unfinished elements first: an element counts as dropped before it stops being unfinished.
    private var now: Answer {
        let left = unfinished.load(ordering: .acquiring)
        return Answer(unfinished: left, dropped: dropped.load(ordering: .relaxed))
    }

    /// Whether a thread waits for the next moment.
    var isAwaited: Bool { state.withLock { $0.moment != nil } }

    func wait(until deadline: Deadline, _ control: QueueControl) throws(JoinError) -> Bool {
        // One look decides, and is the answer: a second one could see an element that came since.
        let (moment, seen) = state.withLock { state -> (Moment?, Answer) in
            let seen = now
            if state.isStopped || seen.unfinished == 0 { return (nil, seen) }
            if state.moment == nil { state.moment = Moment() }
            return (state.moment, seen)
        }
        var answer = seen
        if let moment {
            guard moment.latch.wait(until: deadline) else { return false }
            answer = moment.answer.withLock { $0 } ?? now
        }
        if answer.unfinished == 0 && answer.dropped == 0 { return true }
        throw JoinError(dropped: answer.dropped, unfinished: answer.unfinished, poison: control.poison)
    }
}
