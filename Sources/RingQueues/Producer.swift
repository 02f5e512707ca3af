/// The end of a queue that elements enter by.
///
/// An end belongs to one thread at a time: it can be sent to another, not shared. It is a lease: when the last
/// producer of a queue goes (by ``finish()`` or out of scope), the stream is finished, and consumers see the end after
/// the last element.
@frozen
public struct Producer<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    @usableFromInline package let storage: QueueStorage
    @usableFromInline let core: QueueCore<Element, Kind>

    @usableFromInline
    init(core: QueueCore<Element, Kind>) {
        self.core = core
        storage = core.storage
    }

    deinit { core.dropProducer() }

    /// Puts an element in if there is room. Does not wait.
    ///
    /// - Returns: `.enqueued`, or the element in `.full` or `.closed`.
    /// - Complexity: O(1). Wait-free for ``SPSC``.
    @inlinable
    @inline(__always)
    public mutating func tryEnqueue(_ element: consuming sending Element) -> sending EnqueueResult<Element> {
        Kind.tryEnqueue(storage, element)
    }

    /// Puts an element in, waiting for room.
    ///
    /// An element of more than some 64 KiB should be boxed or constructed in place: by value it is on the stack of the
    /// caller several times. See the article Performance.
    /// - Returns: `.enqueued`, or the element in `.closed` when the queue is closed, also while waiting.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    @inline(__always)
    public mutating func enqueue(_ element: consuming sending Element) -> sending EnqueueResult<Element> {
        Kind.enqueue(storage, element, deadline: .never)
    }

    /// Puts an element in, waiting for room for at most `timeout`. Zero and less: one try.
    ///
    /// - Returns: `.enqueued`; the element in `.full` when the time is over, in `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(
        _ element: consuming sending Element, timeout: Duration
    ) -> sending EnqueueResult<Element> {
        Kind.enqueue(storage, element, deadline: .after(timeout))
    }

    /// Puts an element in, waiting for room until `deadline`. In the past: one try.
    ///
    /// - Returns: `.enqueued`; the element in `.full` when the time is over, in `.closed` when the queue is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(
        _ element: consuming sending Element, deadline: ContinuousClock.Instant
    ) -> sending EnqueueResult<Element> {
        Kind.enqueue(storage, element, deadline: .at(deadline))
    }

    /// Gives this end up. The same as letting it go out of scope, by name.
    @inlinable
    public consuming func finish() {}

    /// How many elements fit.
    @inlinable
    public var capacity: Int { core.capacity }

    /// Elements in the queue a moment ago: a snapshot for people and metrics, not for decisions.
    @inlinable
    public var count: Int { Kind.count(storage, of: Element.self) }

    /// Whether the queue takes no more elements.
    @inlinable
    public var isClosed: Bool { Kind.isClosed(storage) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { core.poison }

    /// A handle for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

extension Producer where Element: ~Copyable {
    /// What ``clone()`` does. Only where the kind allows several.
    package borrowing func uncheckedClone() -> sending Producer<Element, Kind> {
        core.addProducer()
        return Producer(core: core)
    }
}

extension Producer where Kind: ManyProducers, Element: ~Copyable {
    /// Another producer end of the same queue, with a lease of its own. Any number, from any thread that holds an end.
    ///
    /// The end that was cloned keeps its lease: the stream does not end before it goes as well.
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending Producer<Element, Kind> { uncheckedClone() }
}

@available(*, unavailable)
extension Producer: Sendable where Element: ~Copyable {}
