/// Constructing an element in its slot: the queue makes no copy, however large the element is.
///
/// `body` returns straight into the slot. What `body` itself keeps in variables is on its stack, so it should return what
/// an initializer makes: `{ Frame(repeating: 0) }`.
///
/// Only where there is one producer: on a shared end the code of one caller would hold up all others.
extension Producer where Kind: SingleProducer, Element: ~Copyable {
    /// Constructs an element in the queue if there is room. Does not wait.
    ///
    /// - Parameters:
    ///   - body: called only if there is room. If it throws, nothing was enqueued.
    ///   - refused: called if the queue was closed after `body` had returned: lends the element in its slot, where it is
    ///     destroyed afterwards.
    /// - Returns: `.enqueued`, `.full` or `.closed`.
    /// - Throws: what `body` throws.
    /// - Complexity: O(1) beside `body`.
    @inlinable
    public mutating func tryEnqueue<Failure: Error>(
        constructing body: () throws(Failure) -> sending Element,
        refused: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> ConstructResult {
        try Kind.tryEnqueue(storage, constructing: body, refused: refused)
    }

    /// Constructs an element in the queue, waiting for room.
    ///
    /// - Parameters:
    ///   - body: called once, when there is room. If it throws, nothing was enqueued.
    ///   - refused: called if the queue was closed after `body` had returned: lends the element in its slot, where it is
    ///     destroyed afterwards.
    /// - Returns: `.enqueued`, or `.closed` when the queue is closed.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue<Failure: Error>(
        constructing body: () throws(Failure) -> sending Element,
        refused: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> ConstructResult {
        try Kind.enqueue(storage, deadline: .never, constructing: body, refused: refused)
    }

    /// As ``enqueue(constructing:)``, waiting for at most `timeout`. Zero and less: one try.
    ///
    /// - Parameters:
    ///   - timeout: of the waiting; `body` takes its own time.
    ///   - body: called once, when there is room. If it throws, nothing was enqueued.
    ///   - refused: called if the queue was closed after `body` had returned: lends the element in its slot, where it is
    ///     destroyed afterwards.
    /// - Returns: `.enqueued`; `.full` when the time is over, `.closed` when the queue is closed.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue<Failure: Error>(
        timeout: Duration, constructing body: () throws(Failure) -> sending Element,
        refused: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> ConstructResult {
        try Kind.enqueue(storage, deadline: .after(timeout), constructing: body, refused: refused)
    }

    /// As ``enqueue(constructing:)``, waiting until `deadline`. In the past: one try.
    ///
    /// - Parameters:
    ///   - deadline: of the waiting; `body` takes its own time.
    ///   - body: called once, when there is room. If it throws, nothing was enqueued.
    ///   - refused: called if the queue was closed after `body` had returned: lends the element in its slot, where it is
    ///     destroyed afterwards.
    /// - Returns: `.enqueued`; `.full` when the time is over, `.closed` when the queue is closed.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue<Failure: Error>(
        deadline: ContinuousClock.Instant, constructing body: () throws(Failure) -> sending Element,
        refused: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> ConstructResult {
        try Kind.enqueue(storage, deadline: .at(deadline), constructing: body, refused: refused)
    }
}

/// Using an element in its slot: the queue makes no copy, however large the element is.
///
/// Only where there is one consumer: on a shared end the code of one caller would hold up all others.
extension Consumer where Kind: SingleConsumer, Element: ~Copyable {
    /// Lends the first element to `body` in its slot, if there is one, then destroys it. Does not wait.
    ///
    /// - Parameter body: may read and change the element. If it throws, the element counts as taken.
    /// - Returns: what `body` returns in `.dequeued`.
    /// - Throws: what `body` throws.
    @inlinable
    public mutating func tryDequeue<R: ~Copyable, Failure: Error>(
        consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        try Kind.tryDequeue(storage, consuming: body)
    }

    /// Lends the first element to `body` in its slot, waiting for one, then destroys it.
    ///
    /// - Parameter body: may read and change the element. If it throws, the element counts as taken.
    /// - Returns: what `body` returns in `.dequeued`; `.closed` when nothing will come any more.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue<R: ~Copyable, Failure: Error>(
        consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        try Kind.dequeue(storage, deadline: .never, consuming: body)
    }

    /// As ``dequeue(consuming:)``, waiting for at most `timeout`. Zero and less: one try.
    ///
    /// - Parameters:
    ///   - timeout: of the waiting; `body` takes its own time.
    ///   - body: may read and change the element. If it throws, the element counts as taken.
    /// - Returns: what `body` returns in `.dequeued`; `.empty` when the time is over, `.closed` when nothing will come.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue<R: ~Copyable, Failure: Error>(
        timeout: Duration, consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        try Kind.dequeue(storage, deadline: .after(timeout), consuming: body)
    }

    /// As ``dequeue(consuming:)``, waiting until `deadline`. In the past: one try.
    ///
    /// - Parameters:
    ///   - deadline: of the waiting; `body` takes its own time.
    ///   - body: may read and change the element. If it throws, the element counts as taken.
    /// - Returns: what `body` returns in `.dequeued`; `.empty` when the time is over, `.closed` when nothing will come.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue<R: ~Copyable, Failure: Error>(
        deadline: ContinuousClock.Instant, consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        try Kind.dequeue(storage, deadline: .at(deadline), consuming: body)
    }
}
