import Foundation

/// A scale from values to a stretch of the picture, with the values that are marked on it.
struct Axis {
    /// How values are spread.
    enum Scale {
        /// Evenly, from zero.
        case linear
        /// By their magnitude.
        case logarithmic
    }

    /// Where the axis begins and ends in the picture.
    let start: Double
    let end: Double
    /// The values that are marked.
    let ticks: [Double]
    private let scale: Scale
    private let low: Double
    private let high: Double

    /// Covers these values; a linear axis from zero, a logarithmic one from a power of ten to another. Values that are
    /// not above zero are at its start.
    init(_ values: [Double], _ scale: Scale, from start: Double, to end: Double) {
        self.start = start
        self.end = end
        self.scale = scale
        let positive = values.filter { $0 > 0 }
        let greatest = positive.max() ?? 1
        switch scale {
        case .linear:
            let step = Self.step(greatest / 4)
            low = 0
            high = (greatest / step).rounded(.up) * step
            ticks = (0...Int((high / step).rounded())).map { Double($0) * step }
        case .logarithmic:
            let first = Int(log10(positive.min() ?? 1).rounded(.down))
            let last = max(Int(log10(greatest).rounded(.up)), first + 1)
            low = pow(10, Double(first))
            high = pow(10, Double(last))
            ticks = (first...last).map { pow(10, Double($0)) }
        }
    }

    /// Covers values that are marked individually, by their magnitude: 1, 2, 4, 8 …
    ///
    /// - Precondition: all are above zero, and there is one at least.
    init(marking values: [Double], from start: Double, to end: Double) {
        self.start = start
        self.end = end
        scale = .logarithmic
        ticks = Array(Set(values)).sorted()
        low = ticks[0]
        high = max(ticks[ticks.count - 1], low * 2)
    }

    /// Where a value is in the picture.
    func position(_ value: Double) -> Double {
        let part =
            switch scale {
            case .linear: (value - low) / (high - low)
            case .logarithmic: log(max(value, low) / low) / log(high / low)
            }
        return start + (end - start) * min(part, 1)
    }

    /// The least of 1, 2, 5, 10 … that is not less.
    private static func step(_ value: Double) -> Double {
        let magnitude = pow(10, log10(value).rounded(.down))
        return [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= value * 0.999 } ?? 10 * magnitude
    }
}
