/// How the threads of a stage are made, and how much may stand before it.
///
/// A thread is named after its stage, for debuggers, `top` and `/proc/self/task/*/comm`. The system keeps 15 bytes: a longer
/// name is cut between two characters, and the number of a worker stays (`extraordin…-2`, without the dots). Control
/// characters and line breaks show as `?`, an empty name as `stage`.
public struct StageOptions: Sendable {
    /// Bytes of stack for each thread; the system's default unless given. At least ``minimumStackBytes``; rounded up to
    /// whole pages. The guard page below the stack and thread-local storage are not taken from it.
    public var stackBytes: Int?
    /// The processors that the threads may run on, by number; all unless given.
    public var processors: [Int]?
    /// How many elements the queue before the stage holds; the pipeline's `capacity` unless given. As ``whenFull``, for
    /// queues that the pipeline makes, not for those that it is given.
    public var capacity: Int?

    /// What becomes of an element for which that queue has no room.
    public var whenFull: WhenFull

    /// What becomes of an element for which there is no room.
    public enum WhenFull: Sendable {
        /// The stage before waits for room: back-pressure.
        case wait
        /// It goes to the `undelivered` of the stage that it was meant for, and counts as refused: a slow branch that holds
        /// nobody up, and misses what it has no room for.
        case refuse
    }

    /// The smallest stack that a stage's thread can have, in bytes: what the deepest of this package's stages needs, and
    /// at least 24 KiB for a body, its elements included. More in a debug build; a sanitizer needs more than that.
    public static var minimumStackBytes: Int {
        // Measured; the figures are in the article.
        var minimum = 48 << 10
        assert(
            {
                minimum = 64 << 10
                return true
            }())
        return minimum
    }

    /// Options, those that are left out as the pipeline has them.
    public init(
        stackBytes: Int? = nil, processors: [Int]? = nil, capacity: Int? = nil, whenFull: WhenFull = .wait
    ) {
        self.stackBytes = stackBytes
        self.processors = processors
        self.capacity = capacity
        self.whenFull = whenFull
    }
}

/// Thrown by a body that has seen enough: its stage ends, and so does, without failure, everything before it.
///
/// What stands behind the stage gets what was emitted so far and then the end of the stream. The element at hand counts
/// as completed. A queue that the stage was given is cancelled, also for others who take from it.
public struct EndOfStage: Error, Equatable {
    /// The error has no parts.
    public init() {}
}
