/// How the threads of a stage are made, and how much may stand before it.
public struct StageOptions: Sendable {
    /// Bytes of stack for each thread; the system's default unless given. Rounded up to whole pages.
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
        /// It goes to the `handBack` of the stage that it was meant for, and counts as refused: a slow branch that holds
        /// nobody up, and misses what it has no room for.
        case handBack
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
