/// Several elements in one call. A *burst* moves as many elements as possible, at least one. A *bulk* moves exactly the
/// number asked for, or none.
///
/// A copying call leaves the originals with the caller, so it is only for elements that several threads may share.
extension Producer where Element: Copyable & Sendable {
    /// Enqueues copies of as many of the first elements as there is room for, without waiting.
    ///
    /// - Parameter elements: the elements to copy.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.full` or `.closed`.
    /// - Complexity: O(*n*) in the elements moved, with one publication for all.
    @inlinable
    public mutating func tryEnqueueBurst(copying elements: Span<Element>) -> TryEnqueueManyResult {
        copy(elements, whole: false, deadline: nil)
    }

    /// Enqueues copies of as many of the first elements as there is room for, waiting for room for one.
    ///
    /// - Parameter elements: the elements to copy.
    /// - Returns: the number of elements, at least one unless `elements` is empty; `nil` if the queue is closed.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueueBurst")
    @inlinable
    public mutating func enqueueBurst(copying elements: Span<Element>) -> Int? {
        copy(elements, whole: false, deadline: .never).untimed
    }

    /// Enqueues copies of as many of the first elements as there is room for, waiting for room for one until a deadline.
    ///
    /// - Parameters:
    ///   - elements: the elements to copy.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.full` or `.closed`.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueueBurst")
    @inlinable
    public mutating func enqueueBurst(
        copying elements: Span<Element>, until deadline: Deadline
    ) -> TryEnqueueManyResult {
        copy(elements, whole: false, deadline: deadline)
    }

    /// Enqueues copies of all elements or of none, without waiting.
    ///
    /// - Parameter elements: the elements to copy.
    /// - Returns: `.enqueued` with the number of elements, `.full` or `.closed`.
    /// - Precondition: there are at most `capacity` elements; more can never fit.
    @inlinable
    public mutating func tryEnqueueBulk(copying elements: Span<Element>) -> TryEnqueueManyResult where Kind: BulkKind {
        checkBulk(elements.count)
        return copy(elements, whole: true, deadline: nil)
    }

    @inlinable
    mutating func copy(_ elements: Span<Element>, whole: Bool, deadline: Deadline?) -> TryEnqueueManyResult {
        guard elements.count > 0 else { return .enqueued(0) }
        return unsafe elements.withUnsafeBufferPointer { source in
            // SAFETY: the kind asks for indices below the count that it is given.
            let first = source.baseAddress!
            return Kind._enqueueMany(
                storage, count: source.count, whole: whole, deadline: deadline,
                element: { unsafe first[$0] }, giveBack: { _, _ in })
        }
    }
}

extension Producer where Element: ~Copyable {
    /// Enqueues as many of the first elements as there is room for, without waiting. The others move to the front.
    ///
    /// - Parameter elements: the elements to move; those that were not enqueued stay.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.full` or `.closed`.
    /// - Complexity: O(*n*) in the elements moved and those left.
    @inlinable
    public mutating func tryEnqueueBurst(moving elements: inout sending OutputSpan<Element>) -> TryEnqueueManyResult {
        Self.move(&elements, into: storage, whole: false, deadline: nil)
    }

    /// Enqueues as many of the first elements as there is room for, waiting for room for one. The others move to the
    /// front.
    ///
    /// - Parameter elements: the elements to move; those that were not enqueued stay.
    /// - Returns: the number of elements, at least one unless `elements` is empty; `nil` if the queue is closed.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueueBurst")
    @inlinable
    public mutating func enqueueBurst(moving elements: inout sending OutputSpan<Element>) -> Int? {
        Self.move(&elements, into: storage, whole: false, deadline: .never).untimed
    }

    /// Enqueues as many of the first elements as there is room for, waiting for room for one until a deadline. The others
    /// move to the front.
    ///
    /// - Parameters:
    ///   - elements: the elements to move; those that were not enqueued stay.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.full` or `.closed`.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueueBurst")
    @inlinable
    public mutating func enqueueBurst(
        moving elements: inout sending OutputSpan<Element>, until deadline: Deadline
    ) -> TryEnqueueManyResult {
        Self.move(&elements, into: storage, whole: false, deadline: deadline)
    }

    /// Enqueues all elements or none, without waiting.
    ///
    /// - Parameter elements: the elements to move; if they were not enqueued, all stay.
    /// - Returns: `.enqueued` with the number of elements, `.full` or `.closed`.
    /// - Precondition: there are at most `capacity` elements; more can never fit.
    @inlinable
    public mutating func tryEnqueueBulk(
        moving elements: inout sending OutputSpan<Element>
    ) -> TryEnqueueManyResult where Kind: BulkKind {
        checkBulk(elements.count)
        return Self.move(&elements, into: storage, whole: true, deadline: nil)
    }

    @inlinable
    func checkBulk(_ count: Int) {
        require(
            count <= capacity, "a bulk of \(count) elements can never fit into a queue of capacity \(capacity)")
    }

    @inlinable
    static func move(
        _ elements: inout OutputSpan<Element>, into storage: _QueueStorage, whole: Bool, deadline: Deadline?
    ) -> TryEnqueueManyResult {
        guard elements.count > 0 else { return .enqueued(0) }
        return unsafe elements.withUnsafeMutableBufferPointer { source, initialized in
            let first = source.baseAddress!
            // SAFETY: the kind asks once for each index below the count that it is given, in order. Refused elements go
            // back to where they came from, so exactly the first `moved` are gone.
            let result = Kind._enqueueMany(
                storage, count: initialized, whole: whole, deadline: deadline,
                element: { unsafe (first + $0).move() },
                giveBack: { unsafe (first + $0).initialize(to: $1) })
            if case .enqueued(let moved) = result {
                unsafe first.moveUpdateOrInitialize(from: first + moved, count: initialized - moved)
                initialized -= moved
            }
            return result
        }
    }
}

extension UnsafeMutablePointer where Pointee: ~Copyable {
    /// Moves `count` elements down to this address. Everything that is initialized here is among these elements.
    @inlinable
    func moveUpdateOrInitialize(from source: UnsafeMutablePointer<Pointee>, count: Int) {
        if unsafe count > 0 && source != self { unsafe moveInitialize(from: source, count: count) }
    }
}

extension Consumer where Element: ~Copyable {
    /// Dequeues as many elements as there are and as `elements` has room for, without waiting.
    ///
    /// - Parameter elements: the elements are appended to it.
    /// - Returns: `.dequeued` with the number of elements, at least one unless `elements` has no room; `.empty` or
    ///   `.closed`.
    /// - Complexity: O(*n*) in the elements moved, with one release for all.
    @inlinable
    public mutating func tryDequeueBurst(into elements: inout OutputSpan<Element>) -> TryDequeueManyResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: nil)
    }

    /// Dequeues as many elements as there are and as `elements` has room for, waiting for one.
    ///
    /// - Parameter elements: the elements are appended to it.
    /// - Returns: the number of elements, at least one unless `elements` has no room; `nil` if the queue is closed and no
    ///   element is left.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await dequeueBurst")
    @inlinable
    public mutating func dequeueBurst(into elements: inout OutputSpan<Element>) -> Int? {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: .never).untimed
    }

    /// Dequeues as many elements as there are and as `elements` has room for, waiting for one until a deadline.
    ///
    /// - Parameters:
    ///   - elements: the elements are appended to it.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Returns: `.dequeued` with the number of elements, at least one unless `elements` has no room; `.empty` or
    ///   `.closed`.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await dequeueBurst")
    @inlinable
    public mutating func dequeueBurst(
        into elements: inout OutputSpan<Element>, until deadline: Deadline
    ) -> TryDequeueManyResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: deadline)
    }

    /// Dequeues exactly `count` elements or none, without waiting.
    ///
    /// Fewer than `count` elements may be left in a closed queue. Dequeue them with bursts.
    ///
    /// - Parameters:
    ///   - count: the number of elements.
    ///   - elements: the elements are appended to it.
    /// - Returns: `.dequeued` with the number of elements; `.empty` if there are fewer, `.closed` if the queue is closed
    ///   and no element is left.
    /// - Precondition: `count` is from 0 to `capacity`, and `elements` has room for `count` elements.
    @inlinable
    public mutating func tryDequeueBulk(
        _ count: Int, into elements: inout OutputSpan<Element>
    ) -> TryDequeueManyResult where Kind: BulkKind {
        require(count >= 0, "a bulk of \(count) elements: a number of elements is not negative")
        require(count <= capacity, "a bulk of \(count) elements can never be in a queue of capacity \(capacity)")
        require(
            count <= elements.freeCapacity,
            "a bulk of \(count) elements does not fit into an output span with room for \(elements.freeCapacity)")
        return take(count, into: &elements, whole: true, deadline: nil)
    }

    @inlinable
    mutating func take(
        _ count: Int, into elements: inout OutputSpan<Element>, whole: Bool, deadline: Deadline?
    ) -> TryDequeueManyResult {
        guard count > 0 else { return .dequeued(0) }
        return unsafe elements.withUnsafeMutableBufferPointer { target, initialized in
            // SAFETY: the kind delivers at most `count` elements, and there is room for that many after the initialized
            // ones.
            let first = unsafe target.baseAddress! + initialized
            var taken = 0
            let result = Kind._dequeueMany(storage, count: count, whole: whole, deadline: deadline) { element in
                unsafe (first + taken).initialize(to: element)
                taken &+= 1
            }
            initialized &+= taken
            return result
        }
    }
}
