public import RingQueues

/// An element that its stage could not handle.
public struct DeadLetter<Element: Sendable>: Sendable {
    /// The element that the body got.
    public let element: Element
    /// The error that the body threw last.
    public let error: any Error
    /// The name of the stage.
    public let stage: String
    /// How often the body was called with the element.
    public let attempts: Int

    @usableFromInline
    init(element: Element, error: any Error, stage: String, attempts: Int) {
        self.element = element
        self.error = error
        self.stage = stage
        self.attempts = attempts
    }
}

/// The producer end of a queue of dead letters, for all workers of the stages that use it.
@usableFromInline
final class Grave<Element: ~Copyable>: Sendable {
    private typealias Put = (borrowing Element, any Error, String, Int) -> Burial

    private struct State {
        var users = 0
        var put: Put?
    }

    private enum Burial { case done, full, closed }

    private let state: Guarded<State>

    @usableFromInline
    init<Kind: QueueKind>(_ letters: consuming sending Producer<DeadLetter<Element>, Kind>) where Element: Sendable {
        let lease = Lease(letters)
        // SAFETY: the closure and its lease are made here and go into `state` at once, which owns them. The closure is
        // called, and taken out again, only with the lock of `state` held, which orders the workers' calls.
        nonisolated(unsafe) let put: Put = { element, error, stage, attempts in
            let letter = DeadLetter(element: copy element, error: error, stage: stage, attempts: attempts)
            return switch lease.end.enqueue(letter, until: .after(Worker.turn)) {
            case .enqueued: .done
            case .full: .full
            case .closed: .closed
            }
        }
        state = Guarded(State(users: 0, put: unsafe put))
    }

    func open() { state.withLock { $0.users += 1 } }

    func close() {
        let last = state.withLock { state -> Put? in
            state.users -= 1
            return state.users == 0 ? state.put.take() : nil
        }
        // This finishes the queue, after the lock was released.
        withExtendedLifetime(last) {}
    }

    /// Waits for room in short intervals, so that a worker that is stopped can leave while others still wait.
    /// Other code may own the queue and still want its elements, so it is not stopped with the pipeline.
    @usableFromInline
    func put(
        _ element: borrowing Element, _ error: any Error, _ stage: String, _ attempts: Int, unless isStopped: () -> Bool
    ) -> Bool {
        while true {
            switch state.withLock({ $0.put?(element, error, stage, attempts) ?? .closed }) {
            case .done: return true
            case .closed: return false
            case .full: if isStopped() { return false }
            }
        }
    }
}
