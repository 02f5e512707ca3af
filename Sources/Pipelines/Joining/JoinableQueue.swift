public import RingQueues

/// A queue whose users can wait until all its elements are done, like `join()` and `task_done()` of Python.
///
///     var queue = try JoinableQueue.make(of: Job.self, kind: MPMC.self, capacity: 8)
///     let joiner = queue.joiner
///     … on the threads of the consumers: …
///     while let task = consumer.dequeue() {
///         handle(task.element)
///         task.taskDone()
///     }
///     … and on any other: …
///     try joiner.join()
///
/// An element counts as unfinished from the call that enqueues it until its consumer says that it is done. A consumer
/// gets it as a ``JoinableTask``, which ends exactly once: by ``JoinableTask/taskDone()``, or at the end of its scope. In
/// the second case, ``Joiner/join()`` reports that it was not done. So no element can be acknowledged twice, and no thread
/// waits for a forgotten one.
///
/// A ``Pipeline`` does not need this: its ``Pipeline/run()`` returns when all elements are done.
public struct JoinableQueue<Element: ~Copyable, Kind: QueueKind>: ~Copyable {
    private var producer: JoinableProducer<Element, Kind>?
    private var consumer: JoinableConsumer<Element, Kind>?
    /// A handle for threads that wait until all elements are done.
    public let joiner: Joiner

    private init(_ queue: consuming Queue<Element, Kind>) {
        let tally = TaskTally()
        queue.control.onStop { tally.stop() }
        joiner = Joiner(tally: tally, control: queue.control)
        producer = JoinableProducer(queue.takeProducer(), tally)
        consumer = JoinableConsumer(queue.takeConsumer(), tally)
    }

    /// Makes a queue.
    ///
    /// - Parameters:
    ///   - of: the type of the elements.
    ///   - kind: `SPSC`, `MPSC`, `SPMC`, `MPMC` or another kind; choose the cheapest that your threads allow.
    ///   - capacity: exactly how many elements fit, 1 to `QueueLimits.maximumCapacity`.
    ///   - waiting: how threads wait at the ends, see `WaitStrategy`. Threads that join always park.
    /// - Returns: the queue, with both of its ends still to be taken.
    /// - Throws: `QueueError` if the capacity is out of range or there is not enough memory.
    public static func make(
        of: Element.Type = Element.self, kind: Kind.Type = Kind.self, capacity: Int,
        waiting: WaitStrategy = .adaptive
    ) throws(QueueError) -> sending JoinableQueue<Element, Kind> {
        JoinableQueue(try Queue.make(of: Element.self, kind: Kind.self, capacity: capacity, waiting: waiting))
    }

    /// Takes the producer end.
    ///
    /// - Returns: the end. If the kind allows several producers, ``JoinableProducer/clone()`` makes more.
    /// - Precondition: it was not taken before.
    public mutating func takeProducer() -> sending JoinableProducer<Element, Kind> {
        let producer = producer.take()
        require(producer != nil, "the producer end of a queue can be taken once; clone() makes more of them")
        return Parcel(producer!).opened()
    }

    /// Takes the consumer end.
    ///
    /// - Returns: the end. If the kind allows several consumers, ``JoinableConsumer/clone()`` makes more.
    /// - Precondition: it was not taken before.
    public mutating func takeConsumer() -> sending JoinableConsumer<Element, Kind> {
        let consumer = consumer.take()
        require(consumer != nil, "the consumer end of a queue can be taken once; clone() makes more of them")
        return Parcel(consumer!).opened()
    }

    /// A handle on the queue for other threads.
    public var control: QueueControl { joiner.control }
}

/// The end of a joinable queue that enqueues elements, one per call: a `Producer` whose elements count as unfinished.
public struct JoinableProducer<Element: ~Copyable, Kind: QueueKind>: ~Copyable, QueueEnd {
    @usableFromInline var producer: Producer<Element, Kind>
    @usableFromInline let tally: TaskTally

    init(_ producer: consuming Producer<Element, Kind>, _ tally: TaskTally) {
        self.producer = producer
        self.tally = tally
    }

    /// Enqueues an element if there is room, without waiting.
    ///
    /// - Parameter element: the element to enqueue.
    /// - Returns: `.enqueued`; or the element, in `.full` or `.closed`.
    /// - Complexity: O(1).
    @inlinable
    public mutating func tryEnqueue(_ element: consuming sending Element) -> sending TryEnqueueResult<Element> {
        // Count the element before it can be taken. Otherwise it could be done before it counts.
        tally.add()
        let result = producer.tryEnqueue(element)
        if !result.isEnqueued { tally.subtract() }
        return result
    }

    /// Enqueues an element, waiting for room.
    ///
    /// - Parameter element: the element to enqueue.
    /// - Returns: `.enqueued`; or the element, in `.closed`, if the queue is closed or closes while the call waits.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(_ element: consuming sending Element) -> sending EnqueueResult<Element> {
        tally.add()
        let result = producer.enqueue(element)
        if !result.isEnqueued { tally.subtract() }
        return result
    }

    /// Enqueues an element, waiting for room until a deadline.
    ///
    /// - Parameters:
    ///   - element: the element to enqueue.
    ///   - deadline: how long to wait; with `Deadline.now`, the call tries once.
    /// - Returns: `.enqueued`; or the element, in `.full` if no room came before the deadline, or in `.closed` if the queue is
    ///   closed.
    @available(*, noasync, message: "waits on a thread; use tryEnqueue in asynchronous code")
    @inlinable
    public mutating func enqueue(
        _ element: consuming sending Element, until deadline: Deadline
    ) -> sending TryEnqueueResult<Element> {
        tally.add()
        let result = producer.enqueue(element, until: deadline)
        if !result.isEnqueued { tally.subtract() }
        return result
    }

    /// Gives up this end: the same as letting it go out of scope, but explicit.
    public consuming func finish() {}

    /// A handle on the queue for other threads.
    public var control: QueueControl { producer.control }
}

extension JoinableProducer where Kind: ManyProducers, Element: ~Copyable {
    /// Makes another producer end of the same queue, with its own lease.
    ///
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending JoinableProducer<Element, Kind> {
        JoinableProducer(producer.uncheckedClone(), tally)
    }
}

/// The end of a joinable queue that dequeues elements, one per call: a `Consumer` whose elements must be acknowledged.
public struct JoinableConsumer<Element: ~Copyable, Kind: QueueKind>: ~Copyable, QueueEnd {
    @usableFromInline var consumer: Consumer<Element, Kind>
    @usableFromInline let tally: TaskTally

    init(_ consumer: consuming Consumer<Element, Kind>, _ tally: TaskTally) {
        self.consumer = consumer
        self.tally = tally
    }

    /// Dequeues the first element if there is one, without waiting.
    ///
    /// - Returns: the element in `.dequeued`; `.empty` or `.closed`.
    /// - Complexity: O(1).
    @inlinable
    public mutating func tryDequeue() -> sending TryDequeueResult<JoinableTask<Element>> {
        JoinableTask.of(consumer.tryDequeue(), tally)
    }

    /// Dequeues the next element, waiting until one is available.
    ///
    /// - Returns: the element; `nil` if the queue is closed and no element is left, or if it was cancelled or failed.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue() -> sending JoinableTask<Element>? {
        guard let element = consumer.dequeue() else { return nil }
        return JoinableTask(element, tally)
    }

    /// Dequeues the next element, waiting until one is available or a deadline has passed.
    ///
    /// - Parameter deadline: how long to wait; with `Deadline.now`, the call tries once.
    /// - Returns: the element in `.dequeued`; `.empty` if no element came before the deadline; `.closed` if the queue is
    ///   closed and no element is left.
    @available(*, noasync, message: "waits on a thread; use tryDequeue in asynchronous code")
    @inlinable
    public mutating func dequeue(until deadline: Deadline) -> sending TryDequeueResult<JoinableTask<Element>> {
        JoinableTask.of(consumer.dequeue(until: deadline), tally)
    }

    /// Cancels the queue as `QueueControl.cancel()` does, even if it is finished, and takes all remaining elements.
    ///
    /// - Returns: how many elements `body` got.
    /// - Complexity: O(*n*) in the elements left.
    @available(*, noasync, message: "waits on a thread")
    @discardableResult
    public mutating func drain(_ body: (consuming sending JoinableTask<Element>) -> Void) -> Int {
        let tally = tally
        return consumer.drain { body(JoinableTask($0, tally)) }
    }

    /// A handle on the queue for other threads.
    public var control: QueueControl { consumer.control }
}

extension JoinableConsumer where Kind: ManyConsumers, Element: ~Copyable {
    /// Makes another consumer end of the same queue, with its own lease.
    ///
    /// - Returns: the new end.
    /// - Complexity: O(1), under a lock.
    public borrowing func clone() -> sending JoinableConsumer<Element, Kind> {
        JoinableConsumer(consumer.uncheckedClone(), tally)
    }
}
