/// Options for a stage's threads and for the queue before it.
///
/// A thread is named after its stage, for debuggers, `top` and `/proc/self/task/*/comm`. The system keeps 15 bytes: a longer
/// name is cut between two characters, and keeps the worker's number (`extraordin…-2`, without the dots). Control
/// characters and line breaks show as `?`, an empty name as `stage`.
public struct StageOptions: Sendable {
    /// Bytes of stack for each thread, rounded up to whole pages; by default, the system's size.
    ///
    /// At least ``minimumStackBytes``. The guard page below the stack and thread-local storage are added to it.
    public var stackBytes: Int?
    /// The processors that the threads may run on, by number; by default, all.
    public var processors: [Int]?
    /// The capacity of the queue before the stage; by default, the pipeline's `capacity`.
    ///
    /// Like ``whenFull``, it applies to queues that the pipeline makes, not to queues that it is given.
    public var capacity: Int?

    /// What happens to an element for which that queue has no room.
    public var whenFull: WhenFull

    /// What happens to an element for which there is no room.
    public enum WhenFull: Sendable {
        /// The stage before waits for room: back-pressure.
        case wait
        /// The element goes to the `undelivered` of the stage that it was meant for, and counts as refused. A slow branch
        /// then does not delay the others, and misses the elements for which it has no room.
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

    /// Creates options. Those that are left out keep their defaults.
    public init(
        stackBytes: Int? = nil, processors: [Int]? = nil, capacity: Int? = nil, whenFull: WhenFull = .wait
    ) {
        self.stackBytes = stackBytes
        self.processors = processors
        self.capacity = capacity
        self.whenFull = whenFull
    }
}

/// An error that a body throws when it has seen enough. Its stage and all stages before it end, without a failure.
///
/// The stages after it get the elements emitted so far and then the end of the stream. The element in the body counts
/// as completed. A queue that the stage was given is cancelled, also for its other consumers.
public struct EndOfStage: Error, Equatable {
    /// Creates the error.
    public init() {}
}
