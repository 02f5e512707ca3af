public import RingQueues

/// An element that a consumer has taken, and that is not done yet.
///
/// It is a value that cannot be copied, so it ends exactly once, on the thread that holds it. A counter at the consumer, as
/// in Python, could be decremented too often, for another consumer's element, or on some paths not at all.
public struct JoinableTask<Element: ~Copyable>: ~Copyable {
    /// The element that was taken.
    public var element: Element
    @usableFromInline let receipt: Receipt

    @inlinable
    init(_ element: consuming Element, _ tally: TaskTally) {
        self.element = element
        receipt = Receipt(tally)
    }

    @inlinable
    static func of(_ result: consuming TryDequeueResult<Element>, _ tally: TaskTally) -> TryDequeueResult<JoinableTask>
    {
        switch consume result {
        case .dequeued(let element): .dequeued(JoinableTask(element, tally))
        case .empty: .empty
        case .closed: .closed
        }
    }

    /// Destroys the element, then says that it is done. A task that ends without this call counts as dropped, see
    /// ``JoinError``.
    @inlinable
    public consuming func taskDone() {
        _ = consume element
        receipt.sign()
    }

    /// Passes the element to `body`, and says that it is done when `body` has returned. If `body` throws, it counts as
    /// dropped.
    ///
    ///     try task.taskDone { image in try store(image) }
    ///
    /// - Parameter body: gets the element, on this thread.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws.
    @inlinable
    public consuming func taskDone<R: ~Copyable, Failure: Error>(
        after body: (consuming Element) throws(Failure) -> R
    ) throws(Failure) -> R {
        let result = try body(element)
        receipt.sign()
        return result
    }
}

extension JoinableTask: Sendable where Element: Sendable & ~Copyable {}

/// The obligation to mark one element as done. If that does not happen, the element counts as dropped.
@usableFromInline
struct Receipt: ~Copyable, Sendable {
    @usableFromInline var tally: TaskTally?

    @inlinable
    init(_ tally: TaskTally) { self.tally = tally }

    @inlinable
    deinit { tally?.drop() }

    @inlinable
    consuming func sign() { tally.take()?.subtract() }
}
