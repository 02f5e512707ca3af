/// The end of a queue that dequeues elements.
///
/// An end belongs to one thread at a time: it can be sent to another thread, but not shared. It is a lease: when the last
/// consumer of a queue is dropped, all later enqueues are refused, and blocked producers return at once.
public struct Consumer<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
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
        core.dropConsumer()
    }

    /// What this end sleeps on in calls that suspend its task.
    @usableFromInline
    var sleeper: Sleeper {
        mutating get {
            if let ownSleeper { return ownSleeper }
            let made = Sleeper(on: Kind._event(storage, .consumer), of: core)
            ownSleeper = made
            return made
        }
    }

    /// Dequeues the first element if there is one, without waiting.
    ///
    /// - Returns: the element in `.dequeued`; `.empty` or `.closed`.
    /// - Complexity: O(1). Wait-free for ``SPSC``.
    @inlinable
    @inline(__always)
    public mutating func tryDequeue() -> sending TryDequeueResult<Element> {
        Kind._tryDequeue(storage, afterStop: false)
    }

    /// Dequeues the next element, waiting until one is available.
    ///
    /// - Returns: the element; `nil` if the queue is closed and no element is left, or if it was cancelled or failed
    ///   (``poison`` says which).
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await dequeue")
    @inlinable
    @inline(__always)
    public mutating func dequeue() -> sending Element? {
        if Large.holds(Element.self) { return Large.dequeue(storage, Kind.self) }
        return (Kind._dequeue(storage, deadline: .never, afterStop: false) as TryDequeueResult<Element>).element()
    }

    /// Dequeues the next element, waiting until one is available or a deadline has passed.
    ///
    /// - Parameter deadline: how long to wait; with ``Deadline/now``, the call tries once.
    /// - Returns: the element in `.dequeued`; `.empty` if no element came before the deadline; `.closed` if the queue is
    ///   closed and no element is left.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write await dequeue")
    @inlinable
    public mutating func dequeue(until deadline: Deadline) -> sending TryDequeueResult<Element> {
        Kind._dequeue(storage, deadline: deadline, afterStop: false)
    }

    /// Cancels the queue, and takes all remaining elements.
    ///
    /// Cancels as ``QueueControl/cancel()`` does, even a finished queue, so other consumers see the end at once. Waits only
    /// for elements whose enqueue is in progress. If other consumers drain as well, each element goes to one of them.
    /// - Parameter body: called with each element.
    /// - Returns: how many elements `body` got.
    /// - Complexity: O(*n*) in the elements left.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public mutating func drain(_ body: (consuming sending Element) -> Void) -> Int {
        core.close(.cancelled)
        var count = 0
        while case .dequeued(let element) = Kind._dequeue(storage, deadline: .never, afterStop: true)
            as TryDequeueResult<Element>
        {
            body(element)
            count += 1
        }
        return count
    }

    /// The number of elements that fit.
    @inlinable
    public var capacity: Int { core.capacity }

    /// The number of elements in the queue a moment ago: for display and metrics, not for decisions.
    @inlinable
    public var count: Int { Kind._count(storage, of: Element.self) }

    /// Whether the queue accepts no more elements. Elements may still be left to dequeue.
    @inlinable
    public var isClosed: Bool { Kind._isClosed(storage) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { core.poison }

    /// A handle on the queue for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

extension Consumer where Element: ~Copyable {
    /// Does the work of ``clone()``. Only where the kind allows several ends.
    package borrowing func uncheckedClone() -> sending Consumer<Element, Kind> {
        core.addConsumer()
        return Consumer(core: core)
    }
}

extension Consumer where Kind: ManyConsumers, Element: ~Copyable {
    /// Makes another consumer end of the same queue, with its own lease.
    ///
    /// Any thread that holds an end can make any number of clones. The original keeps its lease: producers are not refused
    /// until it is dropped, too.
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending Consumer<Element, Kind> { uncheckedClone() }
}

@available(*, unavailable)
extension Consumer: Sendable where Element: ~Copyable {}
