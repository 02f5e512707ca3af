import Foundation

/// Student's distribution: of a mean divided by a deviation that is itself estimated.
package enum Student {
    /// The quotient of its bound and that of the normal distribution.
    ///
    /// - Parameters:
    ///   - share: how likely a value lies within the bound, on both sides of zero; above 0, below 1.
    ///   - degrees: of freedom, at least 1.
    /// - Returns: the quotient of the two bounds, above 1.
    package static func excess(_ share: Double, degrees: Int) -> Double {
        bound { within($0, degrees) >= share } / bound { erf($0 / 2.0.squareRoot()) >= share }
    }

    /// How likely a value is at most `bound` away from zero. M. Abramowitz and I. Stegun, 26.7.3 and 26.7.4.
    package static func within(_ bound: Double, _ degrees: Int) -> Double {
        let angle = atan(bound / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = degrees % 2 == 1
        var term = isOdd ? cosine : 1
        var sum = degrees == 1 ? 0 : term
        var k = isOdd ? 3 : 2
        while k < degrees {
            term *= cosine * cosine * Double(k - 1) / Double(k)
            sum += term
            k += 2
        }
        return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    }

    /// The least value that is far enough out.
    private static func bound(_ isEnough: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        while !isEnough(high) { (low, high) = (high, 2 * high) }
        while high - low > 1e-9 * high {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
