/// How the threads of a stage are created, and how many elements its queue holds.
///
/// A thread is named after its stage, for debuggers, `top` and `/proc/self/task/*/comm`. The system keeps 15 bytes: a longer
/// name is cut between two characters, and the number of a worker stays (`extraordin…-2`, without the dots). Control
/// characters and line breaks show as `?`, an empty name as `stage`.
public struct StageOptions: Sendable {
    /// Bytes of stack for each thread; the system's default unless given. At least ``minimumStackBytes``; rounded up to
    /// whole pages. The guard page below the stack and thread-local storage come on top.
    public var stackBytes: Int?
    /// The processors that the threads may run on, by number; all unless given.
    public var processors: [Int]?
    /// How many elements the queue before the stage holds; the pipeline's `capacity` unless given. Like ``whenFull``,
    /// it applies to queues that the pipeline makes, not to queues that it is given.
    public var capacity: Int?

    /// What happens to an element for which that queue has no room.
    public var whenFull: WhenFull

    /// What happens to an element for which there is no room.
    public enum WhenFull: Sendable {
        /// The stage before waits for room: back-pressure.
        case wait
        /// It goes to the `undelivered` of the stage that it was meant for, and counts as refused: a slow branch does
        /// not hold up the others, and misses the elements for which it has no room.
        case refuse
    }

    /// The smallest stack that a stage's thread can have, in bytes: enough for the deepest of this package's stages,
    /// plus at least 24 KiB for a body, including its elements. A debug build needs more, and a sanitizer more than
    /// that.
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

    /// Options; those that are left out are the pipeline's.
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
/// The stages after it get the elements emitted so far and then the end of the stream. The element in the body counts
/// as completed. A queue that the stage was given is cancelled, also for other consumers of it.
public struct EndOfStage: Error, Equatable {
    /// The error has no parts.
    public init() {}
}
