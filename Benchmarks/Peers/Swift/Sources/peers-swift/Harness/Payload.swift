/// An element: a value, alone, before further words, or in an object.
protocol Payload: Sendable {
    init(_ value: Int)
    var value: Int { get }
    /// Whether its last word belongs to the value: a torn copy would mix two elements.
    var isIntact: Bool { get }
    /// Whether it is a reference.
    static var isObject: Bool { get }
}

extension Payload {
    static var isObject: Bool { false }
}

extension Int: Payload {
    var value: Int { self }
    var isIntact: Bool { true }
}

/// By value; word `k` is `value ^ k`.
struct Words<let count: Int>: Payload {
    private let words: InlineArray<count, Int>

    @inline(__always)
    init(_ value: Int) { words = InlineArray { value ^ $0 } }

    var value: Int { words[0] }
    var isIntact: Bool { words[count - 1] == words[0] ^ (count - 1) }
}

/// By reference; the consumer has the last one, and frees it.
final class Object: Payload {
    let value: Int

    init(_ value: Int) { self.value = value }

    var isIntact: Bool { true }
    static var isObject: Bool { true }
}
