import BenchKit
import Foundation
import TestSupport
import Testing

/// The promises of `bench compare` and `--runs auto` about their figures, tried on thousands of samples whose true
/// ratio is 1.
@Suite struct StatisticsTests {
    /// How the logarithms of rates are distributed.
    enum Speeds: String, CaseIterable, Sendable {
        /// Around one value.
        case symmetric
        /// As fast as it goes, or slower.
        case skewed
        /// One of two speeds, a third apart.
        case two

        fileprivate func draw(_ generator: inout Seeded) -> Double {
            func uniform() -> Double { (Double(generator.next() >> 11) + 0.5) / Double(1 << 53) }
            func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
            return switch self {
            case .symmetric: 0.03 * normal()
            case .skewed: 0.1 * log(uniform())
            case .two: (uniform() < 0.5 ? 0 : -0.4) + 0.02 * normal()
            }
        }
    }

    /// Samples of logarithms of ratios, in pairs or separate.
    private struct Samples {
        var speeds: Speeds
        var runs: Int
        var paired: Bool
        var generator: Seeded

        mutating func next() -> [[Double]] {
            var (new, old) = ([Double](), [Double]())
            for _ in 0..<runs {
                new.append(speeds.draw(&generator))
                old.append(-speeds.draw(&generator))
            }
            return paired ? [zip(new, old).map { $0 + $1 }] : [new, old]
        }

        mutating func estimate(error: Double) -> Estimate {
            Estimate(logarithms: next(), error: error, seed: generator.next(), resamples: 100)
        }
    }

    /// The most and the least that chance makes of this many cases, in 98 of a hundred seeds.
    private func chance(_ share: Double, of cases: Int) -> ClosedRange<Int> {
        let middle = share * Double(cases)
        let off = 2.33 * (middle * (1 - share)).squareRoot()
        return Int((middle - off).rounded(.down))...Int((middle + off).rounded(.up))
    }

    @Test(
        arguments: [
            (Speeds.symmetric, 13, true, 0.05, 2000), (.symmetric, 5, true, 0.005, 300),
            (.symmetric, 7, true, 0.05, 300),
            (.symmetric, 6, false, 0.05, 300), (.skewed, 7, true, 0.05, 300), (.skewed, 9, false, 0.05, 300),
            (.two, 7, true, 0.05, 300), (.two, 5, true, 0.005, 300), (.two, 9, false, 0.05, 300),
        ])
    func intervalMissesAsSeldomAsItSays(_ speeds: Speeds, runs: Int, paired: Bool, error: Double, cases: Int) {
        var samples = Samples(speeds: speeds, runs: runs, paired: paired, generator: Seeded(23))
        var missed = 0
        for _ in 0..<cases {
            let estimate = samples.estimate(error: error)
            if estimate.low > 1 || estimate.high < 1 { missed += 1 }
        }
        #expect(missed <= chance(error, of: cases).upperBound, "\(missed) of \(cases)")
    }

    @Test(arguments: Speeds.allCases, [true, false])
    func smallestDifferenceIsShownInHalfOfTheCases(_ speeds: Speeds, paired: Bool) {
        var samples = Samples(speeds: speeds, runs: 9, paired: paired, generator: Seeded(24))
        var shown = 0
        let cases = 200
        for _ in 0..<cases {
            let slower = log(1 + samples.estimate(error: 0.05).smallestDifference)
            var next = samples.next()
            next[0] = next[0].map { $0 - slower }
            let estimate = Estimate(logarithms: next, error: 0.05, seed: samples.generator.next(), resamples: 100)
            if estimate.verdict == .slower { shown += 1 }
        }
        #expect(chance(0.5, of: cases).contains(shown), "\(shown) of \(cases)")
    }

    /// For speeds that spread around one value.
    @Test func twiceTheSmallestDifferenceIsShownInSeventeenOfTwentyCases() {
        var samples = Samples(speeds: .symmetric, runs: 11, paired: true, generator: Seeded(25))
        var shown = 0
        let cases = 200
        for _ in 0..<cases {
            let faster = log(1 + 2 * samples.estimate(error: 0.05).smallestDifference)
            let next = samples.next().map { $0.map { $0 + faster } }
            let estimate = Estimate(logarithms: next, error: 0.05, seed: samples.generator.next(), resamples: 100)
            if estimate.verdict == .faster { shown += 1 }
        }
        #expect(shown >= chance(0.85, of: cases).lowerBound, "\(shown) of \(cases)")
    }

    /// For 1 to 8, a quarter at either end is left out: 3 to 6 remain, and winsorized 3 3 3 4 5 6 6 6.
    @Test func trimmedMeanHasTheVarianceOfTukeyAndMcLaughlin() {
        let mean = TrimmedMean([8, 1, 6, 3, 5, 4, 7, 2])
        #expect(mean.mean == 4.5)
        #expect(abs(mean.variance - 1) < 1e-12)
        let far = TrimmedMean([800, 1, 6, 3, 5, 4, 7, -200])
        #expect(far.mean == mean.mean && far.variance == mean.variance)
    }

    @Test(arguments: [(Speeds.symmetric, 20), (.skewed, 12), (.two, 12)])
    func varianceOfATrimmedMeanIsThatOfManyTrimmedMeans(_ speeds: Speeds, runs: Int) {
        var samples = Samples(speeds: speeds, runs: runs, paired: true, generator: Seeded(26))
        let means = (0..<3000).map { _ in TrimmedMean(samples.next()[0]) }
        let told = means.reduce(0) { $0 + $1.variance }
        let seen = means.reduce(0) { $0 + $1.mean * $1.mean }
        #expect((0.9...1.1).contains(told / seen), "\(told / seen)")
    }

    /// Compared with printed tables.
    @Test(arguments: [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423)])
    func studentsBoundsAreThoseOfTheTables(degrees: Int, bound: Double) {
        #expect(abs(Student.within(bound, degrees) - 0.95) < 1e-5)
        #expect(abs(Student.excess(0.95, degrees: degrees) - bound / 1.959964) < 1e-3)
    }

    private func summary(_ contender: Contender, _ rates: [Double]) -> Summary {
        Summary(
            scenario: Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1), contender: contender,
            samples: rates.map { Sample(outcome: .ok, elements: 1_000_000_000, nanoseconds: Int64(1e12 / $0)) })
    }

    /// A spread that is twice as wide, for example, makes an interval that is twice as wide.
    @Test func runsAreSettledAtFivePercentAndNotBefore() {
        let noise = [0.3, -1.1, 0.7, 0.2, -0.9, 1.3, -0.4]
        func summaries(_ spread: Double) -> [Summary] {
            [
                summary(.ring, noise.map { 20 * exp(spread * $0) }), summary(.mutex, noise.map { _ in 10 }),
                summary(.cMutex, noise.map { _ in 5 }),
            ]
        }
        let known = Estimate(
            new: noise.map { exp(0.05 * $0) }, old: noise.map { _ in 1 }, error: 0.05, seed: 1)
        let limit = 0.05 * log(1.05) / log(known.high / known.ratio)
        #expect(Runner.isSettled(summaries(0.99 * limit)))
        #expect(!Runner.isSettled(summaries(1.01 * limit)))
        // Each other contender counts, except for those that failed.
        var one = summaries(0)
        one[2] = summary(.cMutex, noise.map { 5 * exp(1.01 * limit * $0) })
        #expect(!Runner.isSettled(one))
        one[2].samples[0].outcome = .stalled
        #expect(Runner.isSettled(one))
    }

    @Test func fewRunsSettleNothing() {
        let few = [summary(.ring, [20, 20, 20, 20]), summary(.mutex, [10, 10, 10, 10])]
        #expect(!Runner.isSettled(few))
        #expect(Runner.isSettled([summary(.ring, [20, 20, 20, 20, 20]), summary(.mutex, [10, 10, 10, 10, 10])]))
    }
}
