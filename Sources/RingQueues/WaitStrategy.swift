public import CRings

/// How a thread waits when the queue is full or empty. Chosen when a queue is made; ``Adaptive`` unless told otherwise.
///
/// A call that finds what it wants never gets here, so no strategy costs a thread that does not wait.
public protocol WaitStrategy: Sendable {
    /// The policy of the C layer. There are three; a fourth is a change there.
    static var policy: rq_policy { get }
}

/// Gives way a few times, spins for a microsecond only while a core is idle, then parks. The default.
///
/// Never spins on one processor, and at most one thread fewer than there are processors (affinity and CPU quota
/// counted) spins at a time. A foreign process that hogs the core is noticed, and giving way is left out for a while.
public enum Adaptive: WaitStrategy {
    /// What the C layer calls it.
    @inlinable public static var policy: rq_policy { RQ_POLICY_ADAPTIVE }
}

/// Never parks: the shortest latency, for the price of a core for each waiting thread.
///
/// Gives way now and then, so a program with more threads than cores still makes progress.
public enum BusySpin: WaitStrategy {
    /// What the C layer calls it.
    @inlinable public static var policy: rq_policy { RQ_POLICY_SPIN }
}

/// Parks at once: the least processor time, for the price of a system call (some 20 µs until a sleeper runs).
public enum ParkAtOnce: WaitStrategy {
    /// What the C layer calls it.
    @inlinable public static var policy: rq_policy { RQ_POLICY_PARK }
}
