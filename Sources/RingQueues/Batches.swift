/// Several elements by one call. *Burst*: as many as there is room for, at least one. *Bulk*: all or none.
///
/// Copies leave the originals with the caller, so they are for elements that several threads may share.
extension Producer where Element: Copyable & Sendable {
    /// Puts copies of the first elements in, as many as there is room for. Does not wait.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` or `.closed`.
    /// - Complexity: O(*n*) in the elements moved, with one publication for all.
    @inlinable
    public mutating func tryEnqueueBurst(copying elements: Span<Element>) -> BatchEnqueueResult {
        copy(elements, whole: false, deadline: nil)
    }

    /// Puts copies of the first elements in, waiting for room for at least one.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.closed` when the queue is
    ///   closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(copying elements: Span<Element>) -> BatchEnqueueResult {
        copy(elements, whole: false, deadline: .never)
    }

    /// Puts copies of the first elements in, waiting for room for at least one for at most `timeout`. Zero and less: one try.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` when the time is
    ///   over, `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(
        copying elements: Span<Element>, timeout: Duration
    ) -> BatchEnqueueResult {
        copy(elements, whole: false, deadline: .after(timeout))
    }

    /// Puts copies of the first elements in, waiting for room for at least one until `deadline`. In the past: one try.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` when the time is
    ///   over, `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(
        copying elements: Span<Element>, deadline: ContinuousClock.Instant
    ) -> BatchEnqueueResult {
        copy(elements, whole: false, deadline: .at(deadline))
    }

    /// Puts copies of all elements in, or of none. Does not wait.
    ///
    /// - Returns: `.enqueued` with their number, `.full` or `.closed`.
    /// - Precondition: there are at most `capacity` elements; more can never fit.
    @inlinable
    public mutating func tryEnqueueBulk(copying elements: Span<Element>) -> BatchEnqueueResult where Kind: BulkKind {
        checkBulk(elements.count)
        return copy(elements, whole: true, deadline: nil)
    }

    @inlinable
    mutating func copy(_ elements: Span<Element>, whole: Bool, deadline: Deadline?) -> BatchEnqueueResult {
        guard elements.count > 0 else { return .enqueued(0) }
        return unsafe elements.withUnsafeBufferPointer { source in
            // SAFETY: the kind asks for indices below the count that it is given.
            let first = source.baseAddress!
            return Kind.enqueueMany(
                storage, count: source.count, whole: whole, deadline: deadline,
                element: { unsafe first[$0] }, giveBack: { _, _ in })
        }
    }
}

extension Producer where Element: ~Copyable {
    /// Moves the first elements in, as many as there is room for; the others move to the front. Does not wait.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` or `.closed`.
    /// - Complexity: O(*n*) in the elements moved and those left.
    @inlinable
    public mutating func tryEnqueueBurst(moving elements: inout sending OutputSpan<Element>) -> BatchEnqueueResult {
        Self.move(&elements, into: storage, whole: false, deadline: nil)
    }

    /// Moves the first elements in, waiting for room for at least one; the others move to the front.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.closed` when the queue is
    ///   closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(moving elements: inout sending OutputSpan<Element>) -> BatchEnqueueResult {
        Self.move(&elements, into: storage, whole: false, deadline: .never)
    }

    /// As ``enqueueBurst(moving:)``, waiting for at most `timeout`. Zero and less: one try.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` when the time is
    ///   over, `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(
        moving elements: inout sending OutputSpan<Element>, timeout: Duration
    ) -> BatchEnqueueResult {
        Self.move(&elements, into: storage, whole: false, deadline: .after(timeout))
    }

    /// As ``enqueueBurst(moving:)``, waiting until `deadline`. In the past: one try.
    ///
    /// - Returns: `.enqueued` with their number, at least one unless `elements` is empty; `.full` when the time is
    ///   over, `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueueBurst in asynchronous code")
    @inlinable
    public mutating func enqueueBurst(
        moving elements: inout sending OutputSpan<Element>, deadline: ContinuousClock.Instant
    ) -> BatchEnqueueResult {
        Self.move(&elements, into: storage, whole: false, deadline: .at(deadline))
    }

    /// Moves all elements in, or none. Does not wait.
    ///
    /// - Returns: `.enqueued` with their number, `.full` or `.closed`.
    /// - Precondition: there are at most `capacity` elements; more can never fit.
    @inlinable
    public mutating func tryEnqueueBulk(
        moving elements: inout sending OutputSpan<Element>
    ) -> BatchEnqueueResult where Kind: BulkKind {
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
        _ elements: inout OutputSpan<Element>, into storage: QueueStorage, whole: Bool, deadline: Deadline?
    ) -> BatchEnqueueResult {
        guard elements.count > 0 else { return .enqueued(0) }
        return unsafe elements.withUnsafeMutableBufferPointer { source, initialized in
            let first = source.baseAddress!
            // SAFETY: the kind asks once for each index below the count that it is given, in order; what it refuses
            // goes back to where it came from, so exactly the first `moved` are gone.
            let result = Kind.enqueueMany(
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
    /// Moves `count` elements down to here, where nothing is initialized that is not among them.
    @inlinable
    func moveUpdateOrInitialize(from source: UnsafeMutablePointer<Pointee>, count: Int) {
        if unsafe count > 0 && source != self { unsafe moveInitialize(from: source, count: count) }
    }
}

extension Consumer where Element: ~Copyable {
    /// Appends the first elements to `elements`, as many as are there and as it has room for. Does not wait.
    ///
    /// - Returns: `.dequeued` with their number, at least one unless `elements` has no room; `.empty` or `.closed`.
    /// - Complexity: O(*n*) in the elements moved, with one release for all.
    @inlinable
    public mutating func tryDequeueBurst(into elements: inout OutputSpan<Element>) -> BatchDequeueResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: nil)
    }

    /// Appends the first elements to `elements`, waiting for at least one.
    ///
    /// - Returns: `.dequeued` with their number, at least one unless `elements` has no room; `.closed` when nothing
    ///   will come any more.
    @available(*, noasync, message: "waits on a thread; use tryDequeueBurst in asynchronous code")
    @inlinable
    public mutating func dequeueBurst(into elements: inout OutputSpan<Element>) -> BatchDequeueResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: .never)
    }

    /// Appends the first elements to `elements`, waiting for at least one for at most `timeout`. Zero and less: one try.
    ///
    /// - Returns: `.dequeued` with their number, at least one unless `elements` has no room; `.empty` when the time is
    ///   over, `.closed` when nothing will come any more.
    @available(*, noasync, message: "waits on a thread; use tryDequeueBurst in asynchronous code")
    @inlinable
    public mutating func dequeueBurst(
        into elements: inout OutputSpan<Element>, timeout: Duration
    ) -> BatchDequeueResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: .after(timeout))
    }

    /// Appends the first elements to `elements`, waiting for at least one until `deadline`. In the past: one try.
    ///
    /// - Returns: `.dequeued` with their number, at least one unless `elements` has no room; `.empty` when the time is
    ///   over, `.closed` when nothing will come any more.
    @available(*, noasync, message: "waits on a thread; use tryDequeueBurst in asynchronous code")
    @inlinable
    public mutating func dequeueBurst(
        into elements: inout OutputSpan<Element>, deadline: ContinuousClock.Instant
    ) -> BatchDequeueResult {
        take(elements.freeCapacity, into: &elements, whole: false, deadline: .at(deadline))
    }

    /// Appends exactly `count` elements to `elements`, or none if there are not so many. Does not wait.
    ///
    /// What is left in a closed queue may be less than `count`: take it by bursts.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - elements: what they are appended to.
    /// - Returns: `.dequeued` with their number; `.empty` if there are fewer, `.closed` when none will come any more.
    /// - Precondition: `count` is not negative, at most `capacity`, and `elements` has room for so many.
    @inlinable
    public mutating func tryDequeueBulk(
        _ count: Int, into elements: inout OutputSpan<Element>
    ) -> BatchDequeueResult where Kind: BulkKind {
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
    ) -> BatchDequeueResult {
        guard count > 0 else { return .dequeued(0) }
        return unsafe elements.withUnsafeMutableBufferPointer { target, initialized in
            // SAFETY: the kind delivers at most `count` elements, and there is room for so many behind the
            // initialized ones.
            let first = unsafe target.baseAddress! + initialized
            var taken = 0
            let result = Kind.dequeueMany(storage, count: count, whole: whole, deadline: deadline) { element in
                unsafe (first + taken).initialize(to: element)
                taken &+= 1
            }
            initialized &+= taken
            return result
        }
    }
}
