/// Why a queue accepts no more elements.
///
/// Poison does not travel in the queue among the elements, so it can neither be mistaken for one nor overtake one.
public enum Poison: Sendable {
    /// The last producer end was dropped: consumers take the remaining elements, then see the end.
    case finished
    /// ``QueueControl/cancel()`` was called, or the last consumer end was dropped before the end of the stream: both
    /// sides stop now.
    case cancelled
    /// ``QueueControl/fail(_:)`` was called with this error: both sides stop now.
    case failed(any Error)

    /// Whether consumers stop at once instead of taking the remaining elements.
    var stopsConsumers: Bool {
        switch self {
        case .finished: false
        case .cancelled, .failed: true
        }
    }
}

/// An error: the queue was closed, so the copy of the element was not enqueued.
public struct QueueClosed: Error, Equatable, CustomStringConvertible {
    /// What went wrong, with the value and the rule.
    public var description: String { "the queue is closed" }

    /// Creates the error.
    @inlinable
    public init() {}
}

/// Why a waiting call with a deadline did not enqueue its element.
public enum EnqueueError: Error, Equatable, CustomStringConvertible {
    /// The queue was closed.
    case closed
    /// The queue was full until the deadline passed.
    case timedOut

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .closed: "the queue is closed"
        case .timedOut: "the queue was full until the deadline passed"
        }
    }
}

/// Why a queue could not be made.
public enum QueueError: Error, Equatable, CustomStringConvertible {
    /// The capacity is outside `1...QueueLimits.maximumCapacity`.
    case invalidCapacity(Int)
    /// There is not enough memory for `capacity` slots of `slotBytes` bytes each. `Int.max` stands for that size and all
    /// larger ones.
    case outOfMemory(capacity: Int, slotBytes: Int)
    /// The slots need more than 4 GiB. ConcurrencyKit's calls count the bytes of a ring in 32 bits, so slots beyond that
    /// would overlap others.
    case beyondConcurrencyKit(capacity: Int, slotBytes: Int)

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .invalidCapacity(let capacity):
            "a queue of capacity \(capacity) cannot be made: the capacity is 1 to \(QueueLimits.maximumCapacity) elements"
        case .outOfMemory(let capacity, let slotBytes):
            "no memory for \(capacity) slots of \(slotBytes) bytes\(slotBytes == .max ? " or more" : "")"
        case .beyondConcurrencyKit(let capacity, let slotBytes):
            "a queue of \(capacity) slots of \(slotBytes) bytes\(slotBytes == .max ? " or more" : "") is too large for "
                + "ConcurrencyKit's ring, which reaches 4 GiB"
        }
    }
}

/// The limits of a queue.
public enum QueueLimits {
    /// The largest capacity of a queue, in elements: 2³⁰.
    public static let maximumCapacity = 1 << 30
}
