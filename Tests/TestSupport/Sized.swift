/// A type whose size is chosen at run time.
///
/// Only its metadata exists: there is no value with that many bytes. A type that the compiler can see does not work
/// instead, because Swift 6.3 does not lay out types of 4 GiB and more.
package protocol Sized: Sendable {}

extension UInt8: Sized {}
extension Int: Sized {}
extension SIMD2<Int>: Sized {}
private struct Nothing: Sized {}
private struct Twice<A: Sized>: Sized { var both: InlineArray<2, A> }
private struct Pair<A: Sized, B: Sized>: Sized {
    var first: A
    var second: B
}
/// Cannot be moved by copying its bits.
private struct Weak: Sized, @unchecked Sendable { weak var object: AnyObject? }

package enum SizedTypes {
    /// A type of `count` times `unit`.
    package static func type(_ count: Int, of unit: any Sized.Type = UInt8.self) -> any Sized.Type {
        func start<U: Sized>(_ unit: U.Type) -> any Sized.Type {
            count == 0 ? Nothing.self : grow(unit, unit, count, count.bitWidth - count.leadingZeroBitCount - 1)
        }
        return start(unit)
    }

    /// The same, where the values cannot be moved by copying their bits; 8 bytes more.
    package static func pinnedType(_ count: Int) -> any Sized.Type {
        func pin<T: Sized>(_ type: T.Type) -> any Sized.Type { Pair<Weak, T>.self }
        return pin(type(count))
    }

    /// Doubles for each bit of the number, and adds one where the bit is set.
    private static func grow<T: Sized, U: Sized>(_ type: T.Type, _ unit: U.Type, _ count: Int, _ bits: Int)
        -> any Sized.Type
    {
        if bits == 0 { return type }
        return count >> (bits - 1) & 1 == 1
            ? grow(Pair<Twice<T>, U>.self, unit, count, bits - 1) : grow(Twice<T>.self, unit, count, bits - 1)
    }
}
