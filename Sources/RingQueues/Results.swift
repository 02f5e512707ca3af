/// Takes the place of the element in those cases of a result that have none.
///
/// For a case without a payload, the compiler writes and compares the bytes of a whole element. For a case with a payload
/// of one byte, it writes one byte.
public struct _NoElement: Sendable, Equatable {
    @usableFromInline let byte: UInt8

    @inlinable
    @inline(__always)
    init() { byte = 0 }
}

/// The outcome of an enqueue that waits without a time limit.
///
/// It contains the element if that was not enqueued. A call that waits until there is room never finds the queue full, so
/// there is no such case; ``TryEnqueueResult`` has one.
public enum EnqueueResult<Element: ~Copyable>: ~Copyable {
    /// The queue has the element.
    case enqueued(_NoElement)
    /// The queue is closed. The payload is the element.
    case closed(Element)

    /// The queue has the element.
    @inlinable
    @inline(__always)
    public static var enqueued: EnqueueResult { .enqueued(_NoElement()) }

    /// Whether the queue has the element.
    @inlinable
    public var isEnqueued: Bool {
        switch self {
        case .enqueued: true
        case .closed: false
        }
    }

    /// The result of a kind's call that had no deadline.
    @inlinable
    @inline(__always)
    init(untimed result: consuming TryEnqueueResult<Element>) {
        switch consume result {
        case .enqueued: self = .enqueued
        case .closed(let element): self = .closed(element)
        case .full: untimedCallTimedOut()
        }
    }
}

extension EnqueueResult: Copyable where Element: Copyable {}
extension EnqueueResult: Sendable where Element: Sendable & ~Copyable {}
extension EnqueueResult: Equatable where Element: Equatable {}

/// The outcome of an enqueue that tries once, or waits until a deadline. It contains the element if that was not enqueued.
public enum TryEnqueueResult<Element: ~Copyable>: ~Copyable {
    /// The queue has the element.
    case enqueued(_NoElement)
    /// The queue was full, until the deadline if the call has one. The payload is the element.
    case full(Element)
    /// The queue is closed. The payload is the element.
    case closed(Element)

    /// The queue has the element.
    @inlinable
    @inline(__always)
    public static var enqueued: TryEnqueueResult { .enqueued(_NoElement()) }

    /// Whether the queue has the element.
    @inlinable
    public var isEnqueued: Bool {
        switch self {
        case .enqueued: true
        case .full: false
        case .closed: false
        }
    }
}

extension TryEnqueueResult: Copyable where Element: Copyable {}
extension TryEnqueueResult: Sendable where Element: Sendable & ~Copyable {}
extension TryEnqueueResult: Equatable where Element: Equatable {}

/// The outcome of constructing an element in its slot, waiting for room without a time limit.
public enum ConstructResult: Sendable, Equatable {
    /// The queue has the element.
    case enqueued
    /// The queue is closed. An element that was constructed before the queue closed was destroyed in its slot.
    case closed

    /// Whether the queue has the element.
    @inlinable
    public var isEnqueued: Bool { self == .enqueued }

    /// The result of a kind's call that had no deadline.
    @inlinable
    @inline(__always)
    init(untimed result: TryConstructResult) {
        switch result {
        case .enqueued: self = .enqueued
        case .closed: self = .closed
        case .full: untimedCallTimedOut()
        }
    }
}

/// The outcome of constructing an element in its slot, with one try or until a deadline.
public enum TryConstructResult: Sendable, Equatable {
    /// The queue has the element.
    case enqueued
    /// The queue was full, until the deadline if the call has one. Nothing was constructed.
    case full
    /// The queue is closed. An element that was constructed before the queue closed was destroyed in its slot.
    case closed

    /// Whether the queue has the element.
    @inlinable
    public var isEnqueued: Bool { self == .enqueued }
}

/// The outcome of a dequeue that tries once, or waits until a deadline.
public enum TryDequeueResult<Element: ~Copyable>: ~Copyable {
    /// The first element of the queue.
    case dequeued(Element)
    /// The queue was empty, until the deadline if the call has one. More elements may come.
    case empty(_NoElement)
    /// The queue is closed, and no element is left for this consumer.
    case closed(_NoElement)

    /// The queue was empty. More elements may come.
    @inlinable
    @inline(__always)
    public static var empty: TryDequeueResult { .empty(_NoElement()) }

    /// The queue is closed, and no element is left for this consumer.
    @inlinable
    @inline(__always)
    public static var closed: TryDequeueResult { .closed(_NoElement()) }

    /// The element that was dequeued; `nil` if there was none.
    ///
    /// This is a method, because a property cannot consume a result whose element cannot be copied.
    @inlinable
    public consuming func element() -> Element? {
        if Large.holds(Element.self) { return Large.element(self) }
        return smallElement()
    }

    @inlinable
    @inline(__always)
    consuming func smallElement() -> Element? {
        switch consume self {
        case .dequeued(let element): element
        case .empty: nil
        case .closed: nil
        }
    }
}

extension TryDequeueResult: Copyable where Element: Copyable {}
extension TryDequeueResult: Sendable where Element: Sendable & ~Copyable {}
extension TryDequeueResult: Equatable where Element: Equatable {}

/// The outcome of enqueuing several elements with one call that tries once, or waits until a deadline.
public enum TryEnqueueManyResult: Sendable, Equatable {
    /// The queue has this many elements, the first ones. The caller keeps the others.
    case enqueued(Int)
    /// There was not enough room, until the deadline if the call has one. The caller keeps all elements.
    case full
    /// The queue is closed. The caller keeps all elements.
    case closed

    /// The number of a call that had no deadline; `nil` if the queue is closed.
    @inlinable
    @inline(__always)
    var untimed: Int? {
        switch self {
        case .enqueued(let count): count
        case .closed: nil
        case .full: untimedCallTimedOut()
        }
    }
}

/// The outcome of dequeuing several elements with one call that tries once, or waits until a deadline.
public enum TryDequeueManyResult: Sendable, Equatable {
    /// This many elements were appended, in their order.
    case dequeued(Int)
    /// There were not enough elements, until the deadline if the call has one. More may come. A closed queue may also
    /// have fewer elements left than a bulk call asks for; bursts take them.
    case empty
    /// The queue is closed, and no element is left for this consumer.
    case closed

    /// The number of a call that had no deadline; `nil` if the queue is closed.
    @inlinable
    @inline(__always)
    var untimed: Int? {
        switch self {
        case .dequeued(let count): count
        case .closed: nil
        case .empty: untimedCallTimedOut()
        }
    }
}

/// Ends the process: a kind reported an expired deadline to a call that has none.
@usableFromInline
@inline(never)
func untimedCallTimedOut() -> Never {
    fatalError("a queue kind reported an expired deadline to a call without one: a defect of the kind")
}
