import CRings

/// How long a call may wait.
@frozen
public enum Deadline: Sendable {
    /// Until it succeeds or the queue is closed.
    case never
    /// So long from the moment at which the call has to wait. Zero and less: one try.
    case after(Duration)
    /// Until then. In the past: one try.
    case at(ContinuousClock.Instant)

    /// The time in nanoseconds on the clock of the C layer, which counts as `ContinuousClock` does.
    @inlinable
    public var nanoseconds: Int64 {
        switch self {
        case .never: Int64.max
        case .after(let duration): Self.nanoseconds(after: duration)
        case .at(let instant): Self.nanoseconds(at: instant)
        }
    }

    @usableFromInline
    static func nanoseconds(at instant: ContinuousClock.Instant) -> Int64 {
        nanoseconds(after: ContinuousClock.now.duration(to: instant))
    }

    @usableFromInline
    static func nanoseconds(after duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // A time too far away to be counted is never; one too long ago is over.
        if overflow { return seconds > 0 ? Int64.max : 0 }
        let (sum, tooFar) = rq_now().addingReportingOverflow(whole)
        if tooFar { return whole > 0 ? Int64.max : 0 }
        // Rounded up: a call never returns before its time.
        let part = attoseconds > 0 ? (attoseconds - 1) / 1_000_000_000 + 1 : attoseconds / 1_000_000_000
        let (total, over) = sum.addingReportingOverflow(part)
        return over ? Int64.max : max(total, 0)
    }
}
