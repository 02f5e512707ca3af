/// The bookkeeping by which a consumer verifies its elements. Element `i` of producer `p` has the value `p << 40 | i`.
///
/// Raw memory and no copies: every contender pays the cost of verification, which hides their differences.
@safe
package struct Ledger: ~Copyable {
    static let producerShift = 40

    package private(set) var count = 0
    package private(set) var sum = 0
    package private(set) var isSound = true
    // SAFETY: this value's own, `producers` entries long, used by the thread that holds the value.
    private let last: UnsafeMutablePointer<Int>
    private let producers: Int

    package init(producers: Int) {
        self.producers = producers
        unsafe last = .allocate(capacity: producers)
        unsafe last.initialize(repeating: -1, count: producers)
    }

    deinit { unsafe last.deallocate() }

    package static func value(_ index: Int, of producer: Int) -> Int { producer << producerShift | index }

    /// The number of an element among its producer's, and the producer.
    @inline(__always)
    static func origin(of value: Int) -> (index: Int, producer: Int) {
        (value & (1 << producerShift - 1), value >> producerShift)
    }

    /// The sum of the first values of a producer, modulo 2⁶⁴.
    package static func sum(of producer: Int, elements n: Int) -> Int {
        (producer << producerShift) &* n &+ n * (n - 1) / 2
    }

    /// Enters one element: a producer's elements come to any consumer in their order.
    ///
    /// - Returns: whether it is whole, of one of the producers, and later than its last one. Only then is its value
    ///   good for anything else.
    @discardableResult
    @inline(__always)
    package mutating func enter<P: Payload>(_ element: P) -> Bool {
        let value = element.value
        let producer = value >> Self.producerShift
        count &+= 1
        sum &+= value
        guard UInt(bitPattern: producer) < producers,
            unsafe last[producer] < value,
            element.isIntact
        else {
            isSound = false
            return false
        }
        unsafe last[producer] = value
        return true
    }
}
