/// What a case of a result has in place of an element.
///
/// The compiler writes and compares the bytes of a whole element for a case that has nothing; next to a case of one byte
/// it writes one byte.
@frozen
public struct NoElement: Sendable, Equatable {
    @usableFromInline let byte: UInt8

    @inlinable
    @inline(__always)
    init() { byte = 0 }
}

/// What became of an element that was to be enqueued. An element that was not taken comes back.
@frozen
public enum EnqueueResult<Element: ~Copyable>: ~Copyable {
    /// The queue has it.
    case enqueued(NoElement)
    /// The queue was full (of a call that waits: until its time was over).
    case full(Element)
    /// The queue was closed: nobody will take elements any more.
    case closed(Element)

    /// The queue has the element.
    @inlinable
    @inline(__always)
    public static var enqueued: EnqueueResult { .enqueued(NoElement()) }

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

extension EnqueueResult: Copyable where Element: Copyable {}
extension EnqueueResult: Sendable where Element: Sendable & ~Copyable {}
extension EnqueueResult: Equatable where Element: Equatable {}

/// What became of an element that was to be constructed in its slot.
@frozen
public enum ConstructResult: Sendable, Equatable {
    /// The queue has it.
    case enqueued
    /// The queue was full (of a call that waits: until its time was over); nothing was constructed.
    case full
    /// The queue was closed. An element that was constructed already was destroyed in its slot.
    case closed
}

/// What came of an attempt to dequeue.
@frozen
public enum DequeueResult<Element: ~Copyable>: ~Copyable {
    /// The element that stood first.
    case dequeued(Element)
    /// Nothing was there (of a call that waits: until its time was over). More may come.
    case empty(NoElement)
    /// The queue was closed and nothing is left for this consumer: nothing will come any more.
    case closed(NoElement)

    /// Nothing was there.
    @inlinable
    @inline(__always)
    public static var empty: DequeueResult { .empty(NoElement()) }

    /// Nothing will come any more.
    @inlinable
    @inline(__always)
    public static var closed: DequeueResult { .closed(NoElement()) }

    /// The element, or `nil` if there was none.
    @inlinable
    public consuming func take() -> Element? {
        if Large.holds(Element.self) { return Large.take(self) }
        return takeSmall()
    }

    @inlinable
    @inline(__always)
    consuming func takeSmall() -> Element? {
        switch consume self {
        case .dequeued(let element): element
        case .empty: nil
        case .closed: nil
        }
    }
}

extension DequeueResult: Copyable where Element: Copyable {}
extension DequeueResult: Sendable where Element: Sendable & ~Copyable {}
extension DequeueResult: Equatable where Element: Equatable {}

/// What became of several elements that were to be enqueued by one call.
@frozen
public enum BatchEnqueueResult: Sendable, Equatable {
    /// The queue has the first so many; the others are still the caller's.
    case enqueued(Int)
    /// There was no room; all are still the caller's.
    case full
    /// The queue was closed; all are still the caller's.
    case closed
}

/// What came of an attempt to dequeue several elements by one call.
@frozen
public enum BatchDequeueResult: Sendable, Equatable {
    /// So many were appended, in their order.
    case dequeued(Int)
    /// There were not enough. More may come; or fewer are left in a closed queue than a bulk wants, and bursts take them.
    case empty
    /// The queue was closed and nothing is left for this consumer.
    case closed
}
