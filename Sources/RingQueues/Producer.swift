/// The end of a queue that enqueues elements.
///
/// An end belongs to one thread at a time: it can be sent to another thread, but not shared. It is a lease: when the last
/// producer of a queue is dropped (by ``finish()`` or at the end of its scope), the stream is finished, and consumers see
/// the end after the last element.
public struct Producer<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    @usableFromInline package let storage: _QueueStorage
    @usableFromInline let core: QueueCore<Element, Kind>
    /// Made by the first call that suspends.
    private var ownSleeper: Sleeper?

    @usableFromInline
    init(core: QueueCore<Element, Kind>) {
        self.core = core
        storage = core.storage
    }

    deinit {
        ownSleeper?.withdraw()
        core.dropProducer()
    }

    /// What this end sleeps on in calls that suspend its task.
    @usableFromInline
    var sleeper: Sleeper {
        mutating get {
            if let ownSleeper { return ownSleeper }
            let made = Sleeper(on: Kind._event(storage, .producer), of: core)
            ownSleeper = made
            return made
        }
    }

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
    /// Box an element of more than about 64 KiB, or construct it in place: passed by value, it takes its size several times
    /// on the caller's stack. See the article Performance.
    /// - Parameter element: the element to enqueue.
    /// - Returns: `.enqueued`; or the element, in `.closed`, if the queue is closed or closes while the call waits.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueue")
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
    /// - Returns: `.enqueued`; or the element, in `.full` if no room came before the deadline, or in `.closed` if the queue is
    ///   closed.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await enqueue")
    @inlinable
    public mutating func enqueue(
        _ element: consuming sending Element, until deadline: Deadline
    ) -> sending TryEnqueueResult<Element> {
        Kind._enqueue(storage, element, deadline: deadline)
    }

    /// Gives up this end: the same as letting it go out of scope, but explicit.
    @inlinable
    public consuming func finish() {}

    /// The number of elements that fit.
    @inlinable
    public var capacity: Int { core.capacity }

    /// The number of elements in the queue a moment ago: for display and metrics, not for decisions.
    @inlinable
    public var count: Int { Kind._count(storage, of: Element.self) }

    /// Whether the queue accepts no more elements.
    @inlinable
    public var isClosed: Bool { Kind._isClosed(storage) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { core.poison }

    /// A handle on the queue for other threads.
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
    /// Makes another producer end of the same queue, with its own lease.
    ///
    /// Any thread that holds an end can make any number of clones. The original keeps its lease: the stream does not end
    /// until it is dropped, too.
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending Producer<Element, Kind> { uncheckedClone() }
}

@available(*, unavailable)
extension Producer: Sendable where Element: ~Copyable {}
