/// The elements that were made on one side, or came out on the other.
struct Tally: Equatable, Sendable {
    var count = 0
    /// The sum of the values, modulo 2⁶⁴.
    var sum = 0

    init() {}

    /// The first `count` elements of a producer.
    init(of producer: Int, count: Int) {
        self.count = count
        sum = Numbering.first(of: producer) &* count &+ count * (count - 1) / 2
    }

    @inline(__always)
    mutating func enter(_ value: Int) {
        count &+= 1
        sum &+= value
    }

    static func + (one: Tally, other: Tally) -> Tally {
        var both = one
        both.count += other.count
        both.sum &+= other.sum
        return both
    }
}

/// Element `i` of producer `p` has the value `p << 40 | i`.
enum Numbering {
    static func first(of producer: Int) -> Int { producer << 40 }
    static func producer(of value: Int) -> Int { value >> 40 }
}

/// The bookkeeping by which a consumer verifies that the elements of each producer come in their order, and whole.
@safe
struct Ledger: ~Copyable {
    private(set) var tally = Tally()
    private(set) var isSound = true
    private let producers: Int
    // SAFETY: this value's own, `producers` entries, used by the thread that holds the value.
    private let last: UnsafeMutablePointer<Int>

    /// Two cache lines, which the processor fetches in pairs: no other thread's counters are in them.
    private static let line = 128

    init(producers: Int) {
        self.producers = producers
        let bytes = (producers * MemoryLayout<Int>.stride + Self.line - 1) / Self.line * Self.line
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.line)
        unsafe last = memory.bindMemory(to: Int.self, capacity: producers)
        unsafe last.initialize(repeating: -1, count: producers)
    }

    deinit { unsafe UnsafeMutableRawPointer(last).deallocate() }

    @inline(__always)
    mutating func enter(_ element: some Payload) {
        let value = element.value
        let producer = Numbering.producer(of: value)
        tally.enter(value)
        guard UInt(bitPattern: producer) < producers, unsafe last[producer] < value, element.isIntact else {
            isSound = false
            return
        }
        unsafe last[producer] = value
    }
}
