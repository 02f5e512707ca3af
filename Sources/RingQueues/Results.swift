/// What became of an element that was to be enqueued. An element that was not taken comes back.
@frozen
public enum EnqueueResult<Element: ~Copyable>: ~Copyable {
    /// The queue has it.
    case enqueued
    /// The queue was full (of a call that waits: until its time was over).
    case full(Element)
    /// The queue was closed: nobody will take elements any more.
    case closed(Element)

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
public enum ConstructResult<Element: ~Copyable>: ~Copyable {
    /// The queue has it.
    case enqueued
    /// The queue was full (of a call that waits: until its time was over); nothing was constructed.
    case full
    /// The queue was closed. If that happened after the element was constructed, it comes back.
    case closed(Element?)
}

extension ConstructResult: Copyable where Element: Copyable {}
extension ConstructResult: Sendable where Element: Sendable & ~Copyable {}
extension ConstructResult: Equatable where Element: Equatable {}

/// What came of an attempt to dequeue.
@frozen
public enum DequeueResult<Element: ~Copyable>: ~Copyable {
    /// The element that stood first.
    case dequeued(Element)
    /// Nothing was there (of a call that waits: until its time was over). More may come.
    case empty
    /// The queue was closed and nothing is left for this consumer: nothing will come any more.
    case closed

    /// The element, or `nil` if there was none.
    @inlinable
    public consuming func take() -> Element? {
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
