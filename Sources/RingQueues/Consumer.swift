/// The end of a queue that elements leave by.
///
/// An end belongs to one thread at a time: it can be sent to another, not shared. It is a lease: when the last
/// consumer of a queue goes, producers are refused from then on, blocked ones at once.
@frozen
public struct Consumer<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    @usableFromInline package let storage: QueueStorage
    @usableFromInline let core: QueueCore<Element, Kind>

    @usableFromInline
    init(core: QueueCore<Element, Kind>) {
        self.core = core
        storage = core.storage
    }

    deinit { core.dropConsumer() }

    /// Takes the first element if there is one. Does not wait.
    ///
    /// - Complexity: O(1). Wait-free for ``SPSC``.
    @inlinable
    @inline(__always)
    public mutating func tryDequeue() -> sending DequeueResult<Element> {
        Kind.tryDequeue(storage, afterStop: false)
    }

    /// Takes the first element, waiting for one.
    ///
    /// - Returns: the element, or `nil` when nothing will come any more: the last producer went and all is taken, or
    ///   the queue was cancelled or failed (``poison`` says which).
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    @inline(__always)
    public mutating func dequeue() -> sending Element? {
        if Large.holds(Element.self) { return Large.dequeue(storage, Kind.self) }
        return (Kind.dequeue(storage, deadline: .never, afterStop: false) as DequeueResult<Element>).take()
    }

    /// Takes the first element, waiting for one for at most `timeout`. Zero and less: one try.
    ///
    /// - Returns: the element; `.empty` when the time is over, `.closed` when nothing will come any more.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue(timeout: Duration) -> sending DequeueResult<Element> {
        Kind.dequeue(storage, deadline: .after(timeout), afterStop: false)
    }

    /// Takes the first element, waiting for one until `deadline`. In the past: one try.
    ///
    /// - Returns: the element; `.empty` when the time is over, `.closed` when nothing will come any more.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue(deadline: ContinuousClock.Instant) -> sending DequeueResult<Element> {
        Kind.dequeue(storage, deadline: .at(deadline), afterStop: false)
    }

    /// Cancels the queue as ``QueueControl/cancel()`` does, also one that is finished, so that other consumers see the end
    /// at once; then takes all that is left.
    ///
    /// Waits for elements whose enqueue is under way, and for nothing else. With other consumers draining as well,
    /// each element goes to one of them.
    /// - Returns: how many elements `body` got.
    /// - Complexity: O(*n*) in the elements left.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public mutating func drain(_ body: (consuming sending Element) -> Void) -> Int {
        core.close(.cancel)
        var count = 0
        while case .dequeued(let element) = Kind.dequeue(storage, deadline: .never, afterStop: true)
            as DequeueResult<Element>
        {
            body(element)
            count += 1
        }
        return count
    }

    /// How many elements fit.
    @inlinable
    public var capacity: Int { core.capacity }

    /// Elements in the queue a moment ago: a snapshot for people and metrics, not for decisions.
    @inlinable
    public var count: Int { Kind.count(storage, of: Element.self) }

    /// Whether the queue takes no more elements. Some may still be left to take.
    @inlinable
    public var isClosed: Bool { Kind.isClosed(storage) }

    /// Why the queue was closed; `nil` while it is open.
    public var poison: Poison? { core.poison }

    /// A handle for other threads.
    public var control: QueueControl { QueueControl(leases: core) }
}

extension Consumer where Element: ~Copyable {
    /// What ``clone()`` does. Only where the kind allows several.
    package borrowing func uncheckedClone() -> sending Consumer<Element, Kind> {
        core.addConsumer()
        return Consumer(core: core)
    }
}

extension Consumer where Kind: ManyConsumers, Element: ~Copyable {
    /// Another consumer end of the same queue, with a lease of its own. Any number, from any thread that holds an end.
    ///
    /// The end that was cloned keeps its lease: producers are not refused before it goes as well.
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending Consumer<Element, Kind> { uncheckedClone() }
}

@available(*, unavailable)
extension Consumer: Sendable where Element: ~Copyable {}
