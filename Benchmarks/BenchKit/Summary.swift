public import Histogram

/// The median of several runs with its spread.
public struct Spread: Sendable, Codable, Equatable {
    /// The middle value, or the mean of the two middle ones.
    public var median: Double
    /// The least.
    public var min: Double
    /// The greatest.
    public var max: Double

    /// Sums values up.
    ///
    /// - Precondition: there is at least one.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "a spread of no values")
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        min = sorted[0]
        max = sorted[sorted.count - 1]
    }
}

/// All runs of one contender in one scenario.
public struct Summary: Sendable {
    /// The work.
    public var scenario: Scenario
    /// The contender that did it.
    public var contender: Contender
    /// One for each run.
    public var samples: [Sample]

    package init(scenario: Scenario, contender: Contender, samples: [Sample]) {
        self.scenario = scenario
        self.contender = contender
        self.samples = samples
    }

    /// The worst of the runs' outcomes.
    public var outcome: Sample.Outcome {
        if samples.contains(where: { $0.outcome == .failed }) { return .failed }
        return samples.isEmpty || samples.contains(where: { $0.outcome == .stalled }) ? .stalled : .ok
    }

    /// Elements a run, the median of all.
    public var elements: Int { samples.isEmpty ? 0 : Int(Spread(samples.map { Double($0.elements) }).median) }

    /// Million elements a second; `nil` unless all runs ended well.
    public var rate: Spread? { outcome == .ok ? Spread(samples.map(\.rate)) : nil }

    /// The latencies of all runs; `nil` unless all ended well and measured them.
    public var latencies: Histogram<UInt64>? {
        outcome == .ok ? Histogram(merging: samples.compactMap(\.latencies)) : nil
    }

    /// The value below which this percentage of the latencies of a run lies, in nanoseconds, over the runs.
    public func latency(percentile: Double) -> Spread? {
        let values = samples.compactMap { $0.latency(percentile: percentile) }
        return outcome == .ok && !values.isEmpty ? Spread(values.map { Double($0) }) : nil
    }

    /// See ``Sample/idlePercent``.
    public var idlePercent: Spread? {
        let all = samples.compactMap(\.idlePercent)
        return outcome == .ok && !all.isEmpty ? Spread(all) : nil
    }

    /// Mean number of elements that an intermediary took in one call, over the runs; if stages decide that themselves.
    public var perTake: Double? {
        let all = samples.compactMap(\.perTake)
        return all.isEmpty ? nil : Spread(all).median
    }

    /// The ratio of its rate to another's in the same scenario, from the interleaved runs, pair by pair.
    public func ratio(to other: Summary) -> Spread? {
        guard outcome == .ok, other.outcome == .ok, !samples.isEmpty else { return nil }
        return Spread(zip(samples, other.samples).map { $0.rate / $1.rate })
    }
}
