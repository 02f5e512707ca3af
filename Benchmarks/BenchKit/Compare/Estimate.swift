import Foundation

/// How many times as fast one thing is as another, as far as a sample can tell.
public struct Estimate: Sendable, Equatable {
    /// The ratio.
    public var ratio: Double
    /// The interval that the ratio lies in, at the confidence that was asked for.
    public var low: Double
    /// Its other end.
    public var high: Double

    /// The smallest difference that a second sample like this one shows in one of two cases, as a fraction: 0.03 is
    /// three percent.
    ///
    /// It cannot promise more, because one sample does not tell how wide the next interval is. If speeds spread around
    /// one value, twice the difference is shown in at least seventeen of twenty cases.
    public var smallestDifference: Double

    /// The conclusion.
    public enum Verdict: String, Sendable, Codable {
        case faster, slower
        case noDifferenceShown = "no difference shown"
    }

    /// The conclusion: a difference only if the whole interval lies beyond ``layout``.
    public var verdict: Verdict {
        low > 1 + Self.layout ? .faster : high < 1 / (1 + Self.layout) ? .slower : .noDifferenceShown
    }

    /// The ratio up to which nothing is a difference: the place where the linker puts functions makes as much. The same
    /// objects, linked in two orders, were up to 2.8 % apart in fourteen workloads (T. Mytkowicz et al., 'Producing
    /// wrong data without doing anything obviously wrong!', ASPLOS 2009, found more).
    public static let layout = 0.03

    /// The number of runs below which there is no conclusion: a quarter of them is left out at either end.
    public static let fewestRuns = 5

    /// From pairs: the rates of two programs run one after the other, again and again.
    ///
    /// The ratio is the mean of the logarithms without the quarter at either end, because machines interrupt now and then.
    /// The interval comes from resampled pairs in two ways, each with half of the error; the narrower one holds:
    ///
    /// - By their deviation, which is better if runs have two speeds. Resampling a few values finds too little deviation, so
    ///   it is widened by the excess of Student's distribution over the normal one.
    /// - By their studentized deviation, which is better where a few runs are far off.
    ///
    /// R. Wilcox, 'Introduction to Robust Estimation and Hypothesis Testing', chapter 4, has both: symmetric bootstraps of
    /// trimmed means.
    ///
    /// - Parameters:
    ///   - new: a rate of each pair.
    ///   - old: the other.
    ///   - error: how likely an interval may miss the ratio.
    ///   - seed: of the resampling, so that it can be repeated.
    /// - Precondition: as many of either, at least ``fewestRuns``, all above zero.
    public init(new: [Double], old: [Double], error: Double, seed: UInt64) {
        precondition(new.count == old.count && new.count >= Self.fewestRuns, "pairs, at least \(Self.fewestRuns)")
        self.init(logarithms: [zip(new, old).map { log($0 / $1) }], error: error, seed: seed)
    }

    /// From two samples that were taken separately.
    ///
    /// - Parameters:
    ///   - new: a ratio of each new run.
    ///   - old: a ratio of each old one.
    ///   - error: how likely an interval may miss the ratio.
    ///   - seed: of the resampling.
    /// - Precondition: at least ``fewestRuns`` of either, all above zero.
    public init(newRuns new: [Double], oldRuns old: [Double], error: Double, seed: UInt64) {
        precondition(min(new.count, old.count) >= Self.fewestRuns, "at least \(Self.fewestRuns) runs")
        self.init(logarithms: [new.map { log($0) }, old.map { -log($0) }], error: error, seed: seed)
    }

    /// The sum of the means of samples.
    ///
    /// If runs have two speeds, a small sample may have seen only one of them. For samples that were taken separately,
    /// an error of five percent needs nine runs of each. A much smaller error is not kept there: the interval misses
    /// the ratio more often than `error` says, and more runs do not help.
    ///
    /// - Parameters:
    ///   - samples: of logarithms, at least two in each.
    ///   - error: how likely an interval may miss the ratio.
    ///   - seed: of the resampling.
    ///   - resamples: fewer than usual cost less and make the interval less exact, not narrower.
    package init(logarithms samples: [[Double]], error: Double, seed: UInt64, resamples: Int = Self.resamples) {
        let means = samples.map(TrimmedMean.init)
        let mean = means.reduce(0) { $0 + $1.mean }
        let deviation = means.reduce(0) { $0 + $1.variance }.squareRoot()
        var generator = SplitMix(state: seed)
        var plain: [Double] = []
        var studentized: [Double] = []
        for _ in 0..<resamples {
            var again = (mean: 0.0, variance: 0.0)
            for sample in samples {
                let part = TrimmedMean(generator.resample(sample))
                again.mean += part.mean
                again.variance += part.variance
            }
            let off = abs(again.mean - mean)
            plain.append(off)
            studentized.append(off == 0 ? 0 : off / again.variance.squareRoot())
        }
        func bound(_ values: [Double]) -> Double {
            values.sorted()[min(Int(Double(resamples) * (1 - error / 2)), resamples - 1)]
        }
        let degrees = samples.reduce(0) { $0 + $1.count - 1 }
        let widened = bound(plain) * Student.excess(1 - error / 2, degrees: degrees)
        // Nothing differs within a sample of one value, and infinity times zero is not a number.
        let width = deviation == 0 ? widened : min(widened, bound(studentized) * deviation)
        ratio = exp(mean)
        low = exp(mean - width)
        high = exp(mean + width)
        // Two samples like each other are as likely to have the wider interval first as second.
        smallestDifference = (1 + Self.layout) * exp(width) - 1
    }

    package static let resamples = 10_000
}

/// The mean of the values without the quarter at either end, and its error.
package struct TrimmedMean {
    package var mean: Double
    /// The square of its standard error: J. Tukey and D. McLaughlin, 1963, by the winsorized variance.
    package var variance: Double

    /// - Precondition: there are at least two values.
    package init(_ values: consuming [Double]) {
        // Loops, not closures: this runs ten thousand times for an estimate, and a debug build inlines nothing.
        values.sort()
        let left = values.count / 4
        let end = values.count - left
        var sum = 0.0
        var i = left
        while i < end {
            sum += values[i]
            i += 1
        }
        let (count, cut, kept) = (Double(values.count), Double(left), Double(end - left))
        mean = sum / kept
        // Winsorized: each value that was left out counts as the nearest one that was kept.
        let (least, most) = (values[left], values[end - 1])
        let middle = (sum + cut * (least + most)) / count
        var squares = cut * ((least - middle) * (least - middle) + (most - middle) * (most - middle))
        i = left
        while i < end {
            squares += (values[i] - middle) * (values[i] - middle)
            i += 1
        }
        let share = kept / count
        variance = squares / (count - 1) / (share * share * count)
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
    /// As many values, each one of those that are given.
    mutating func resample(_ values: [Double]) -> [Double] {
        var drawn: [Double] = []
        drawn.reserveCapacity(values.count)
        while drawn.count < values.count {
            drawn.append(values[Int(next().multipliedFullWidth(by: UInt64(values.count)).high)])
        }
        return drawn
    }
}
