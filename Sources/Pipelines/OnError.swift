public import RingQueues

/// What becomes of an element whose body threw.
///
///     .sink("store", onError: .retry(3, backoff: .milliseconds(10), then: .deadLetter(letters))) { … }
///
/// `QueueClosed` and ``EndOfStage`` are not errors in this sense: they end the stage.
public struct OnError<Element: ~Copyable>: Sendable {
    @usableFromInline enum Last: Sendable {
        case fail, skip
        case deadLetter(Grave<Element>)
    }

    @usableFromInline let retries: Int
    @usableFromInline let backoff: Backoff
    @usableFromInline let last: Last
    /// Set where the body's element has to be kept for another use.
    @usableFromInline let copy: (@Sendable (borrowing Element) -> Element)?

    @usableFromInline
    init(retries: Int, backoff: Backoff, last: Last, copy: (@Sendable (borrowing Element) -> Element)?) {
        self.retries = retries
        self.backoff = backoff
        self.last = last
        self.copy = copy
    }

    /// The pipeline fails: everything stops, and `run()` throws the error. The default.
    public static var fail: OnError { OnError(retries: 0, backoff: .none, last: .fail, copy: nil) }

    /// The element is given up, and counted; the stage goes on.
    public static var skip: OnError { OnError(retries: 0, backoff: .none, last: .skip, copy: nil) }
}

extension OnError where Element: ~Copyable {
    /// One more worker may use it.
    @usableFromInline
    func open() { if case .deadLetter(let grave) = last { grave.open() } }

    /// A worker has ended. With the last one the queue of dead letters gets its end.
    @usableFromInline
    func close() { if case .deadLetter(let grave) = last { grave.close() } }
}

extension OnError where Element: Sendable {
    /// The body gets the element again, up to so many times.
    ///
    /// - Parameters:
    ///   - times: how often at most, beyond the first time.
    ///   - backoff: how long to wait before each. A pipeline that is stopped does not wait.
    ///   - last: what becomes of the element after that; a retry in there counts for nothing.
    /// - Returns: the rule.
    /// - Precondition: `times` is not negative.
    public static func retry(_ times: Int, backoff: Backoff = .none, then last: OnError = .fail) -> OnError {
        require(times >= 0, "\(times) retries: a number of tries is not negative")
        return OnError(retries: times, backoff: backoff, last: last.last, copy: { copy $0 })
    }

    /// The element goes into a queue of dead letters, with the error, waiting for room there; the stage goes on.
    ///
    /// The end is given up when the last stage that uses this value has ended. If that queue is closed, or the pipeline
    /// is stopped while it is full, the element is handed back and counts as failed.
    /// - Parameter letters: the producer of that queue.
    /// - Returns: the rule.
    public static func deadLetter<Kind: QueueKind>(
        _ letters: consuming sending Producer<DeadLetter<Element>, Kind>
    ) -> OnError {
        OnError(retries: 0, backoff: .none, last: .deadLetter(Grave(letters)), copy: { copy $0 })
    }
}

/// An element that its stage could not handle.
public struct DeadLetter<Element: Sendable>: Sendable {
    /// What the body got.
    public let element: Element
    /// What the body threw the last time.
    public let error: any Error
    /// The stage.
    public let stage: String
    /// How often the body was called with it.
    public let attempts: Int

    @usableFromInline
    init(element: Element, error: any Error, stage: String, attempts: Int) {
        self.element = element
        self.error = error
        self.stage = stage
        self.attempts = attempts
    }
}

/// How long to wait before a body is called again with the same element.
public struct Backoff: Sendable {
    let first: Duration
    let most: Duration

    /// Not at all.
    public static var none: Backoff { Backoff(first: .zero, most: .zero) }

    /// Always so long.
    public static func constant(_ time: Duration) -> Backoff { Backoff(first: time, most: time) }

    /// Twice as long each time, up to `most`.
    public static func doubling(from first: Duration, upTo most: Duration) -> Backoff {
        Backoff(first: first, most: most)
    }

    /// Before the retry with this number.
    func time(before retry: Int) -> Duration {
        guard first > .zero, first < most else { return min(first, most) }
        return retry > 62 ? most : min(first * (1 << (retry - 1)), most)
    }
}

/// The producer end of a queue of dead letters, for all workers of the stages that use it.
@usableFromInline
final class Grave<Element: ~Copyable>: Sendable {
    private struct State {
        var users = 0
        var put: ((inout Element?, any Error, String, Int, Latch) -> Bool)?
    }

    private let state: Guarded<State>

    @usableFromInline
    init<Kind: QueueKind>(_ letters: consuming sending Producer<DeadLetter<Element>, Kind>) where Element: Sendable {
        let lease = LetterLease(letters)
        let put: (inout Element?, any Error, String, Int, Latch) -> Bool = { element, error, stage, attempts, stopped in
            guard let body = element else { return false }
            var letter = DeadLetter(element: body, error: error, stage: stage, attempts: attempts)
            while true {
                switch lease.producer.enqueue(letter, timeout: .milliseconds(20)) {
                case .enqueued:
                    element = nil
                    return true
                case .closed: return false
                case .full(let back):
                    // The queue may belong to others, who still want what is in it: it is not stopped with the pipeline.
                    if stopped.isOpen { return false }
                    letter = back
                }
            }
        }
        nonisolated(unsafe) let sent = put
        state = Guarded(State(users: 0, put: unsafe sent))
    }

    func open() { state.withLock { $0.users += 1 } }

    func close() {
        let last = state.withLock { state in
            state.users -= 1
            guard state.users == 0 else { return nil as ((inout Element?, any Error, String, Int, Latch) -> Bool)? }
            return state.put.take()
        }
        _ = last
    }

    /// Waits for room, one worker at a time. The element is gone if it answers `true`.
    @usableFromInline
    func put(
        _ element: inout Element?, _ error: any Error, _ stage: String, _ attempts: Int, unless stopped: Latch
    ) -> Bool {
        nonisolated(unsafe) var moved = element.take()
        let isBuried = state.withLock { unsafe $0.put?(&moved, error, stage, attempts, stopped) ?? false }
        element = unsafe moved.take()
        return isBuried
    }
}

private final class LetterLease<Element: Sendable, Kind: QueueKind> {
    var producer: Producer<DeadLetter<Element>, Kind>
    init(_ producer: consuming Producer<DeadLetter<Element>, Kind>) { self.producer = producer }
}
