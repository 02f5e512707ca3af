/// Elements that were dequeued in one go, first to last: what ``Consumer/forEachBurst(upTo:_:)`` passes to its body.
///
///     while let job = burst.popFirst() { await run(job) }
///
/// The elements that are left when the body returns or throws are destroyed.
@safe
public struct Burst<Element: ~Copyable>: ~Copyable {
    // SAFETY: the burst owns the memory. Exactly the elements from `first` up to `end` are initialized.
    @usableFromInline let base: UnsafeMutablePointer<Element>
    @usableFromInline let capacity: Int
    @usableFromInline var first = 0
    @usableFromInline var end = 0

    @inlinable
    init(capacity: Int) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    @inlinable
    deinit {
        unsafe (base + first).deinitialize(count: end - first)
        unsafe base.deallocate()
    }

    /// The number of elements that are left.
    @inlinable
    public var count: Int { end - first }

    /// Whether no element is left.
    @inlinable
    public var isEmpty: Bool { first == end }

    /// Removes the first element that is left.
    ///
    /// - Returns: the element; `nil` if none is left.
    /// - Complexity: O(1).
    @inlinable
    @inline(__always)
    public mutating func popFirst() -> sending Element? {
        if first == end { return nil }
        first &+= 1
        // Each element was sent into the queue, and `span` lends only elements that can be sent anyway.
        nonisolated(unsafe) let element = unsafe (base + first - 1).move()
        return unsafe element
    }

    /// Removes and destroys all elements that are left.
    @inlinable
    public mutating func removeAll() {
        unsafe (base + first).deinitialize(count: end - first)
        first = 0
        end = 0
    }

    /// Takes as many elements from a queue as there are and as the burst holds, in place of those that are left.
    @inlinable
    mutating func fill<Kind: QueueKind>(from storage: _QueueStorage, _: Kind.Type) -> TryDequeueManyResult {
        removeAll()
        var taken = 0
        let base = unsafe base
        let result = Kind._dequeueMany(storage, count: capacity, whole: false, deadline: nil) {
            (element: consuming Element) in
            unsafe (base + taken).initialize(to: element)
            taken &+= 1
        }
        end = taken
        return result
    }
}

extension Burst where Element: Sendable & ~Copyable {
    /// The elements that are left, in their order.
    @inlinable
    public var span: Span<Element> {
        @_lifetime(borrow self)
        borrowing get {
            let elements = unsafe UnsafeBufferPointer(start: base + first, count: end - first)
            return unsafe _overrideLifetime(Span(_unsafeElements: elements), borrowing: self)
        }
    }
}
