import CRings

/// How a thread waits when its queue is full or empty.
///
/// You choose it when you make a queue. A call that finds room, or an element, never waits, so the strategy does not slow it
/// down.
public struct WaitStrategy: Sendable, Equatable, CustomStringConvertible {
    let policy: rq_policy

    /// Yields a few times, spins for a microsecond only while a core is idle, then parks. The default.
    ///
    /// Never spins on one processor. With *n* processors (by affinity and CPU quota), at most *n* − 1 threads spin at a
    /// time. If another process keeps the core busy, the thread notices and does not yield for a while.
    public static let adaptive = WaitStrategy(policy: RQ_POLICY_ADAPTIVE)

    /// Never parks: the lowest latency, at the cost of a core for each waiting thread.
    ///
    /// Yields now and then, so a program with more threads than cores still makes progress.
    public static let busySpin = WaitStrategy(policy: RQ_POLICY_SPIN)

    /// Parks at once: the least processor time, at the cost of a system call (some 20 µs until a parked thread runs).
    public static let park = WaitStrategy(policy: RQ_POLICY_PARK)

    /// The name of the strategy.
    public var description: String {
        switch self {
        case .adaptive: "adaptive"
        case .busySpin: "busySpin"
        default: "park"
        }
    }
}
