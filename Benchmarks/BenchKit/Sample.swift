public import Histogram

/// The result of doing the work once.
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
    /// Nanoseconds, as the workload measures them: the ages of elements when they came, or the times of round trips.
    public var latencies: Histogram<UInt64>?

    /// Mean number of elements that an intermediary took in one call; if stages decide that themselves.
    public var perTake: Double?
    /// Processor time of the process while its consumers waited, in percent of one processor; if that is measured.
    public var idlePercent: Double?

    package init(
        outcome: Outcome, elements: Int, nanoseconds: Int64, latencies: Histogram<UInt64>? = nil, perTake: Double? = nil
    ) {
        self.outcome = outcome
        self.elements = elements
        self.nanoseconds = nanoseconds
        self.latencies = latencies
        self.perTake = perTake
    }

    /// The value below which this percentage of the latencies lies, in nanoseconds.
    public func latency(percentile: Double) -> UInt64? { latencies?.valueAtPercentile(percentile) }

    /// Million elements a second.
    public var rate: Double { Double(elements) * 1000 / Double(max(nanoseconds, 1)) }
}

extension Histogram {
    /// The values of several; `nil` if there are none.
    init?(merging all: [Self]) {
        guard var sum = all.first else { return nil }
        for more in all.dropFirst() { sum.add(more) }
        guard sum.totalCount > 0 else { return nil }
        self = sum
    }
}
