/// What travels through the queues: a value in a parcel of 8, 64 or 256 bytes.
protocol Payload: BitwiseCopyable, Sendable {
    init(_ value: Int)
    var value: Int { get }
    /// Whether first and last word still belong together: a torn copy would mix two elements.
    var isIntact: Bool { get }
}

extension Int: Payload {
    var value: Int { self }
    var isIntact: Bool { true }
}

struct Payload64: Payload {
    private var words: InlineArray<8, Int>

    init(_ value: Int) {
        words = InlineArray(repeating: value)
        words[7] = ~value
    }

    var value: Int { words[0] }
    var isIntact: Bool { words[7] == ~words[0] }
}

struct Payload256: Payload {
    private var words: InlineArray<32, Int>

    init(_ value: Int) {
        words = InlineArray(repeating: value)
        words[31] = ~value
    }

    var value: Int { words[0] }
    var isIntact: Bool { words[31] == ~words[0] }
}
