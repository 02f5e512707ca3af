public import Histogram

/// What came of doing the work once.
public struct Sample: Sendable {
    /// How it ended.
    public enum Outcome: String, Sendable, Codable {
        /// All of it was done.
        case ok
        /// Nothing moved for ten seconds; it was stopped.
        case stalled
        /// An element was lost, doubled, torn or out of order.
        case failed
    }

    /// How it ended.
    public var outcome: Outcome
    /// Elements that went through.
    public var elements: Int
    /// From the first thread's start to the last one's end.
    public var nanoseconds: Int64
    /// Nanoseconds from the enqueue of an element by the producer to its arrival at the last consumer, of one element
    /// in 64; where the workload measures that.
    public var latencies: Histogram<UInt64>?

    /// Elements that an intermediary took at once, in the mean; where stages choose that themselves.
    public var perTake: Double?

    package init(
        outcome: Outcome, elements: Int, nanoseconds: Int64, latencies: Histogram<UInt64>? = nil, perTake: Double? = nil
    ) {
        self.outcome = outcome
        self.elements = elements
        self.nanoseconds = nanoseconds
        self.latencies = latencies
        self.perTake = perTake
    }

    /// Million elements a second.
    public var rate: Double { Double(elements) * 1000 / Double(max(nanoseconds, 1)) }
}
