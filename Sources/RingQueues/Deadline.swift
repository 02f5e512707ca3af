import CRings

/// A time until which a call may wait.
///
///     producer.enqueue(element, until: .after(.seconds(1)))
///
/// When its deadline has passed, a call reports that the queue is full or empty. A call without a deadline waits until it
/// succeeds or the queue closes.
public struct Deadline: Sendable {
    // Two words, because every waiting call carries a deadline. `ContinuousClock.Instant` has no fixed layout: an
    // enumeration over it cost a waiting call more than all of its work.

    /// Nanoseconds on the clock of the C layer, or from the moment at which the call starts to wait.
    @usableFromInline let value: Int64
    @usableFromInline let isRelative: Bool

    @inlinable
    init(value: Int64, isRelative: Bool) {
        self.value = value
        self.isRelative = isRelative
    }

    /// No waiting: the call tries once, as the `try…` calls do.
    @inlinable
    public static var now: Deadline { Deadline(value: 0, isRelative: false) }

    /// A time span from the moment at which the call starts to wait.
    ///
    /// - Parameter duration: the longest wait, rounded up to whole nanoseconds. With zero or less, the call tries once.
    ///   A duration of more than 292 years means no limit.
    /// - Returns: the deadline.
    public static func after(_ duration: Duration) -> Deadline {
        let nanoseconds = nanoseconds(duration)
        return nanoseconds == .max ? .never : Deadline(value: nanoseconds, isRelative: true)
    }

    /// A point in time.
    ///
    /// - Parameter instant: the end of the wait. If it is in the past, the call tries once. If it is more than 292 years
    ///   from now, there is no limit.
    /// - Returns: the deadline.
    public static func at(_ instant: ContinuousClock.Instant) -> Deadline {
        let now = ContinuousClock.now
        // The time from now to the earliest instant does not fit in a duration. The time to the latest one does, because
        // the clock began at zero.
        guard instant > now else { return .now }
        return Deadline(value: saturatingSum(rq_now(), nanoseconds(now.duration(to: instant))), isRelative: false)
    }

    /// No limit: the call waits until it succeeds or the queue closes. In the public API, a call without a deadline does
    /// that.
    @inlinable
    package static var never: Deadline { Deadline(value: .max, isRelative: false) }

    /// Whether a call with this deadline tries once and never waits. Does not read the clock: a call notices that a later
    /// deadline has passed when it starts to wait.
    @inlinable
    package var isImmediate: Bool { value <= 0 }

    /// The same deadline at a fixed moment, so that several calls in a row can share it.
    package var fixed: Deadline { Deadline(value: nanoseconds, isRelative: false) }

    /// Whether a call that waits until this deadline would not wait any more.
    package var isOver: Bool { nanoseconds != .max && nanoseconds <= Platform.nanoseconds }

    /// The time in nanoseconds on the clock of the C layer, which counts as `ContinuousClock` does.
    @inlinable
    package var nanoseconds: Int64 { isRelative ? Self.fromNow(value) : value }

    @usableFromInline
    static func fromNow(_ nanoseconds: Int64) -> Int64 { saturatingSum(rq_now(), nanoseconds) }

    /// The sum, saturated: a time too far away to be counted means no limit, and a time before the clock began has passed.
    private static func saturatingSum(_ now: Int64, _ nanoseconds: Int64) -> Int64 {
        let (sum, overflow) = now.addingReportingOverflow(nanoseconds)
        return overflow ? .max : max(sum, 0)
    }

    /// The duration in nanoseconds, rounded up, so that a call never returns too early.
    private static func nanoseconds(_ duration: Duration) -> Int64 {
        // Beyond these, the components themselves may not fit.
        let most = Duration.seconds(Int64.max / 1_000_000_000 - 1)
        if duration > most { return .max }
        if duration < .zero - most { return .min }
        let (seconds, attoseconds) = duration.components
        let part = attoseconds > 0 ? (attoseconds - 1) / 1_000_000_000 + 1 : attoseconds / 1_000_000_000
        return seconds * 1_000_000_000 + part
    }
}
