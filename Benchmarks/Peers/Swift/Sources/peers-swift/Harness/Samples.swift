/// Times, in memory that was touched before the work began.
struct Samples: Sendable {
    private var places: [Int]
    private(set) var count = 0

    /// As many as a run keeps at most.
    static let most = 4_000_000

    init(capacity: Int) { places = Array(repeating: 0, count: capacity) }

    var isFull: Bool { count == places.count }

    /// The caller looks whether it is full.
    @inline(__always)
    mutating func add(_ time: Int) {
        places[count] = time
        count += 1
    }

    var times: ArraySlice<Int> { places.prefix(count) }
}
