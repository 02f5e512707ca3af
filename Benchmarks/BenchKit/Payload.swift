/// An element of the benchmark's queues: a value in a parcel of 8, 64 or 256 bytes.
package protocol Payload: BitwiseCopyable, Sendable {
    init(_ value: Int)
    var value: Int { get }
    /// Whether first and last word still belong together: a torn copy would mix two elements.
    var isIntact: Bool { get }
}

extension Int: Payload {
    package var value: Int { self }
    package var isIntact: Bool { true }
}

package struct Payload64: Payload {
    private var words: InlineArray<8, Int>

    package init(_ value: Int) {
        words = InlineArray(repeating: value)
        words[7] = ~value
    }

    package var value: Int { words[0] }
    package var isIntact: Bool { words[7] == ~words[0] }
}

package struct Payload256: Payload {
    private var words: InlineArray<32, Int>

    package init(_ value: Int) {
        words = InlineArray(repeating: value)
        words[31] = ~value
    }

    package var value: Int { words[0] }
    package var isIntact: Bool { words[31] == ~words[0] }
}
