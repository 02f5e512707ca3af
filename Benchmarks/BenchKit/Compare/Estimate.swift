import Foundation

/// How many times as fast one thing is as another, as far as a sample can tell.
public struct Estimate: Sendable, Equatable {
    /// The ratio.
    public var ratio: Double
    /// The interval that the ratio lies in, at the confidence that was asked for.
    public var low: Double
    /// Its other end.
    public var high: Double

    /// The smallest difference that a sample like this one shows in nineteen of twenty cases, as a part of the whole: 0.03
    /// is three percent.
    public var smallestDifference: Double

    /// What can be said.
    public enum Verdict: String, Sendable, Codable {
        case faster, slower
        case noDifferenceShown = "no difference shown"
    }

    /// What can be said: something only if the whole interval lies beyond ``layout``.
    public var verdict: Verdict {
        low > 1 + Self.layout ? .faster : high < 1 / (1 + Self.layout) ? .slower : .noDifferenceShown
    }

    /// What is no difference: as much comes from where the linker puts functions. The same objects, linked in two orders,
    /// were up to 2.8 % apart in fourteen workloads (T. Mytkowicz et al., 'Producing wrong data without doing anything
    /// obviously wrong!', ASPLOS 2009, found more).
    public static let layout = 0.03

    /// Runs below which nothing is said: a quarter of them is left out at either end.
    public static let fewestRuns = 5

    /// From pairs: what two did one behind the other, again and again.
    ///
    /// The mean of the logarithms without the quarter at either end, for machines interrupt now and then; the interval from
    /// resampled pairs in two ways, each with half of the error, of which the narrower holds: by their deviation, which is
    /// better where runs have two speeds, and by their studentized deviation, where a few are far off (R. Wilcox,
    /// 'Introduction to Robust Estimation and Hypothesis Testing', chapter 4: symmetric bootstraps of trimmed means).
    ///
    /// - Parameters:
    ///   - new: a rate of each pair.
    ///   - old: the other.
    ///   - error: how likely an interval may miss the ratio.
    ///   - seed: of the resampling, so that it can be repeated.
    /// - Precondition: as many of either, at least ``fewestRuns``, all above zero.
    public init(new: [Double], old: [Double], error: Double, seed: UInt64) {
        precondition(new.count == old.count && new.count >= Self.fewestRuns, "pairs, at least \(Self.fewestRuns)")
        self.init([zip(new, old).map { log($0 / $1) }], error, seed)
    }

    /// From two samples that were taken apart.
    ///
    /// - Parameters:
    ///   - new: a ratio of each new run.
    ///   - old: a ratio of each old one.
    ///   - error: how likely an interval may miss the ratio.
    ///   - seed: of the resampling.
    /// - Precondition: at least ``fewestRuns`` of either, all above zero.
    public init(newRuns new: [Double], oldRuns old: [Double], error: Double, seed: UInt64) {
        precondition(min(new.count, old.count) >= Self.fewestRuns, "at least \(Self.fewestRuns) runs")
        self.init([new.map { log($0) }, old.map { -log($0) }], error, seed)
    }

    /// The sum of the means of samples.
    private init(_ samples: [[Double]], _ error: Double, _ seed: UInt64) {
        let means = samples.map(TrimmedMean.init)
        let mean = means.reduce(0) { $0 + $1.mean }
        let deviation = means.reduce(0) { $0 + $1.variance }.squareRoot()
        var generator = SplitMix(state: seed)
        var plain: [Double] = []
        var studentized: [Double] = []
        for _ in 0..<Self.resamples {
            let again = samples.map { sample in
                TrimmedMean(sample.indices.map { _ in sample[Int.random(in: sample.indices, using: &generator)] })
            }
            let off = abs(again.reduce(0) { $0 + $1.mean } - mean)
            let scale = again.reduce(0) { $0 + $1.variance }.squareRoot()
            plain.append(off)
            studentized.append(off == 0 ? 0 : off / scale)
        }
        func bound(_ values: [Double]) -> Double {
            values.sorted()[min(Int(Double(Self.resamples) * (1 - error / 2)), Self.resamples - 1)]
        }
        // Nothing differs within a sample of one value, and infinity times nothing is no number.
        let width = deviation == 0 ? bound(plain) : min(bound(plain), bound(studentized) * deviation)
        ratio = exp(mean)
        low = exp(mean - width)
        high = exp(mean + width)
        // A smaller one than the interval is wide is missed in half of all cases: 1.645 deviations more are missed in one of
        // twenty.
        smallestDifference = (1 + Self.layout) * exp(width + 1.645 * deviation) - 1
    }

    private static let resamples = 10_000
}

/// The mean of what is left without the quarter at either end, and how far off it may be.
private struct TrimmedMean {
    var mean: Double
    /// The square of its standard error: J. Tukey and D. McLaughlin, 1963, by the winsorized variance.
    var variance: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        let left = sorted.count / 4
        let kept = sorted[left..<(sorted.count - left)]
        mean = kept.reduce(0, +) / Double(kept.count)
        let winsorized = sorted.map { min(max($0, kept.first!), kept.last!) }
        let middle = winsorized.reduce(0, +) / count
        let squares = winsorized.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / (count - 1)
        let share = Double(kept.count) / count
        variance = squares / (share * share * count)
    }
}

/// S. Vigna's splitmix64: numbers that a seed repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
