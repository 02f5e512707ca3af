/// The end of a queue that elements enter by.
///
/// An end belongs to one thread at a time: it can be sent to another, not shared. It is a lease: when the last
/// producer of a queue goes (by ``finish()`` or out of scope), the stream is finished, and consumers see the end after
/// the last element.
public struct Producer<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    @usableFromInline package let storage: _QueueStorage
    @usableFromInline let core: QueueCore<Element, Kind>

    @usableFromInline
    init(core: QueueCore<Element, Kind>) {
        self.core = core
        storage = core.storage
    }

    deinit { core.dropProducer() }

    /// Enqueues an element if there is room, without waiting.
    ///
    /// - Parameter element: the element to enqueue.
    /// - Returns: `.enqueued`; or the element, in `.full` or `.closed`.
    /// - Complexity: O(1). Wait-free for ``SPSC``.
    @inlinable
    @inline(__always)
    public mutating func tryEnqueue(_ element: consuming sending Element) -> sending TryEnqueueResult<Element> {
        Kind._tryEnqueue(storage, element)
    }

    /// Enqueues an element, waiting for room.
    ///
    /// An element of more than about 64 KiB should be boxed or constructed in place: by value it is on the caller's
    /// stack several times. See the article Performance.
    /// - Parameter element: the element to enqueue.
    /// - Returns: `.enqueued`; or the element, in `.closed`, if the queue is closed or closes while the call waits.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    @inline(__always)
    public mutating func enqueue(_ element: consuming sending Element) -> sending EnqueueResult<Element> {
        if Large.holds(Element.self) { return Large.enqueue(storage, element, Kind.self) }
        return EnqueueResult(untimed: Kind._enqueue(storage, element, deadline: .never))
    }

    /// Enqueues an element, waiting for room until a deadline.
    ///
    /// - Parameters:
    ///   - element: the element to enqueue.
    ///   - deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Returns: `.enqueued`; or the element, in `.full` if there was no room until the deadline, in `.closed` if the queue
    ///   is closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(
        _ element: consuming sending Element, until deadline: Deadline
    ) -> sending TryEnqueueResult<Element> {
        Kind._enqueue(storage, element, deadline: deadline)
    }

    /// Gives up this end: the same as letting it go out of scope, but explicit.
    @inlinable
    public consuming func finish() {}

    /// How many elements fit.
    @inlinable
    public var capacity: Int { core.capacity }

    /// Elements in the queue a moment ago: a snapshot for people and metrics, not for decisions.
    @inlinable
    public var count: Int { Kind._count(storage, of: Element.self) }

    /// Whether the queue accepts no more elements.
    @inlinable
    public var isClosed: Bool { Kind._isClosed(storage) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { core.poison }

    /// A handle for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

extension Producer where Element: ~Copyable {
    /// Does the work of ``clone()``. Only where the kind allows several ends.
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
