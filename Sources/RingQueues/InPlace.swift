/// Constructing an element in its slot. The queue makes no copy, however large the element is.
///
/// `body` returns directly into the slot. Its own variables still take stack, so it should return the result of an
/// initializer: `{ Frame(repeating: 0) }`.
///
/// Only for kinds with one producer: with several, the code of one caller would hold up all others.
extension Producer where Kind: SingleProducer, Element: ~Copyable {
    /// Constructs an element in the queue if there is room, without waiting.
    ///
    /// - Parameters:
    ///   - body: called only if there is room. If it throws, nothing was enqueued.
    ///   - undelivered: called if the queue closed after `body` was called. Gets the element in its slot, where it is destroyed
    ///     afterwards.
    /// - Returns: `.enqueued`, `.full` or `.closed`.
    /// - Throws: what `body` throws.
    /// - Complexity: O(1) beside `body`.
    @inlinable
    public mutating func tryEnqueue<Failure: Error>(
        constructing body: () throws(Failure) -> sending Element,
        undelivered: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> TryConstructResult {
        try Kind._tryEnqueue(storage, constructing: body, refused: undelivered)
    }

    /// Constructs an element in the queue, waiting for room.
    ///
    /// - Parameters:
    ///   - body: called once, when there is room. If it throws, nothing was enqueued.
    ///   - undelivered: called if the queue closed after `body` was called. Gets the element in its slot, where it is destroyed
    ///     afterwards.
    /// - Returns: `.enqueued`; `.closed` if the queue is closed or closes while the call waits.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue<Failure: Error>(
        constructing body: () throws(Failure) -> sending Element,
        undelivered: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> ConstructResult {
        ConstructResult(untimed: try Kind._enqueue(storage, deadline: .never, constructing: body, refused: undelivered))
    }

    /// Constructs an element in the queue, waiting for room until a deadline.
    ///
    /// - Parameters:
    ///   - deadline: how long to wait for room, not for `body`; with ``Deadline/now``, the call tries once.
    ///   - body: called once, when there is room. If it throws, nothing was enqueued.
    ///   - undelivered: called if the queue closed after `body` was called. Gets the element in its slot, where it is destroyed
    ///     afterwards.
    /// - Returns: `.enqueued`; `.full` if no room came before the deadline; `.closed` if the queue is closed.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue<Failure: Error>(
        until deadline: Deadline, constructing body: () throws(Failure) -> sending Element,
        undelivered: (inout Element) -> Void = { _ in }
    ) throws(Failure) -> TryConstructResult {
        try Kind._enqueue(storage, deadline: deadline, constructing: body, refused: undelivered)
    }
}

/// Using an element in its slot. The queue makes no copy, however large the element is.
///
/// Only for kinds with one consumer: with several, the code of one caller would hold up all others.
extension Consumer where Kind: SingleConsumer, Element: ~Copyable {
    /// Lends the first element to `body` in its slot if there is one, without waiting, then destroys it.
    ///
    /// - Parameter body: may read and change the element. If it throws, the element is gone nevertheless.
    /// - Returns: what `body` returns, in `.dequeued`; `.empty` or `.closed`.
    /// - Throws: what `body` throws.
    @inlinable
    public mutating func tryDequeue<R: ~Copyable, Failure: Error>(
        consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R> {
        try Kind._tryDequeue(storage, consuming: body)
    }

    /// Lends the next element to `body` in its slot, waiting until one is available, then destroys it.
    ///
    /// - Parameter body: may read and change the element. If it throws, the element is gone nevertheless.
    /// - Returns: what `body` returns; `nil` if the queue is closed and no element is left.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue<R: ~Copyable, Failure: Error>(
        consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> R? {
        (try Kind._dequeue(storage, deadline: .never, consuming: body) as TryDequeueResult<R>).element()
    }

    /// Lends the next element to `body` in its slot, waiting until one is available or a deadline has passed, then destroys
    /// it.
    ///
    /// - Parameters:
    ///   - deadline: how long to wait for an element, not for `body`; with ``Deadline/now``, the call tries once.
    ///   - body: may read and change the element. If it throws, the element is gone nevertheless.
    /// - Returns: what `body` returns, in `.dequeued`; `.empty` if no element came before the deadline; `.closed` if the queue
    ///   is closed and no element is left.
    /// - Throws: what `body` throws.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue<R: ~Copyable, Failure: Error>(
        until deadline: Deadline, consuming body: (inout Element) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R> {
        try Kind._dequeue(storage, deadline: deadline, consuming: body)
    }
}
