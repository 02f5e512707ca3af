public import RingQueues

/// What happens to an element whose body threw.
///
///     .sink("store", onError: .retry(3, backoff: .milliseconds(10), then: .deadLetter(letters))) { … }
///
/// ``EndOfStage`` and the `QueueClosed` of the body's ``Emitter`` are not errors in this sense: they end the stage.
public struct OnError<Element: ~Copyable>: Sendable {
    @usableFromInline enum Last: Sendable {
        case fail, skip
        case deadLetter(Grave<Element>)
    }

    @usableFromInline let retries: Int
    @usableFromInline let backoff: Backoff
    @usableFromInline let last: Last
    /// Copies the element, if it has to be kept after the body.
    @usableFromInline let copy: (@Sendable (borrowing Element) -> Element)?

    @usableFromInline
    init(retries: Int, backoff: Backoff, last: Last, copy: (@Sendable (borrowing Element) -> Element)?) {
        self.retries = retries
        self.backoff = backoff
        self.last = last
        self.copy = copy
    }

    /// The pipeline fails: everything stops, and `run()` throws a ``PipelineFailure`` with the error. The default.
    public static var fail: OnError { OnError(retries: 0, backoff: .none, last: .fail, copy: nil) }

    /// The element is destroyed and counted as skipped; the stage continues.
    public static var skip: OnError { OnError(retries: 0, backoff: .none, last: .skip, copy: nil) }
}

extension OnError where Element: ~Copyable {
    /// Adds a worker that may use this rule.
    @usableFromInline
    func open() { if case .deadLetter(let grave) = last { grave.open() } }

    /// Removes a worker. After the last one the queue of dead letters is finished.
    @usableFromInline
    func close() { if case .deadLetter(let grave) = last { grave.close() } }
}

extension OnError where Element: Sendable {
    /// Calls the body with the same element again, up to `times` times.
    ///
    ///     .retry(3, backoff: .milliseconds(10))
    ///     .retry(8, backoff: .milliseconds(10), doublingUpTo: .seconds(1), then: .skip)
    ///
    /// - Parameters:
    ///   - times: the most retries, not counting the first call.
    ///   - backoff: how long to wait before each retry. With zero or less, there is no wait. The wait ends if the pipeline is
    ///     stopped, or if no stage takes this stage's elements any more.
    ///   - most: the wait doubles with each retry, up to this time. Without it, all waits are as long as the first.
    ///   - last: what happens to the element after the last retry. A retry in this rule is ignored.
    /// - Returns: the rule.
    /// - Precondition: `times` is not negative.
    public static func retry(
        _ times: Int, backoff: Duration = .zero, doublingUpTo most: Duration? = nil, then last: OnError = .fail
    ) -> OnError {
        require(times >= 0, "the number of retries must not be negative, got \(times)")
        let backoff = Backoff(first: backoff, most: most ?? backoff)
        return OnError(retries: times, backoff: backoff, last: last.last, copy: { copy $0 })
    }

    /// The element goes into a queue of dead letters, with the error; the stage continues. If that queue is full, the worker
    /// waits for room.
    ///
    /// The end is dropped when the last stage that uses this value has ended. If the queue is closed, or the pipeline
    /// is stopped while it is full, the element is undelivered and counts as failed. If the queue is closed, the pipeline
    /// fails with the body's error.
    /// - Parameter letters: the producer of that queue.
    /// - Returns: the rule.
    public static func deadLetter<Kind: QueueKind>(
        _ letters: consuming sending Producer<DeadLetter<Element>, Kind>
    ) -> OnError {
        OnError(retries: 0, backoff: .none, last: .deadLetter(Grave(letters)), copy: { copy $0 })
    }
}

/// How long to wait before a body is called again with the same element.
@usableFromInline
package struct Backoff: Sendable {
    let first: Duration
    let most: Duration

    @usableFromInline
    package init(first: Duration, most: Duration) {
        self.first = first
        self.most = most
    }

    @usableFromInline static var none: Backoff { Backoff(first: .zero, most: .zero) }

    /// The time to wait before the retry with this number.
    package func time(before retry: Int) -> Duration {
        guard first > .zero else { return .zero }
        var time = min(first, most)
        // More doublings would not fit into a duration, however short the first wait is.
        for _ in 1..<min(retry, 128) where time < most {
            if time > most / 2 { return most }
            time *= 2
        }
        return time
    }
}
