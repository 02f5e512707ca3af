import BasicContainers
import RingQueues

/// A queue that its threads share as one object.
protocol SharedQueue: AnyObject, Sendable {
    associatedtype Element: Payload

    init(capacity: Int)

    func tryEnqueue(_ element: consuming Element) -> TryEnqueueResult<Element>
    func tryEnqueueBurst(_ elements: inout OutputSpan<Element>) -> TryEnqueueManyResult
    func tryDequeue() -> TryDequeueResult<Element>
    func tryDequeueBurst(_ elements: inout OutputSpan<Element>) -> TryDequeueManyResult
    /// Nothing will be enqueued any more.
    func close()
}

/// A shared queue that can wait.
protocol WaitingQueue: SharedQueue {
    func enqueue(_ element: consuming Element)
    /// Enqueues at least one.
    func enqueueBurst(_ elements: inout OutputSpan<Element>)
    func dequeue() -> Element?
    func dequeueBurst(_ elements: inout OutputSpan<Element>) -> TryDequeueManyResult
}

struct SharedProducer<Q: SharedQueue>: TryingProducer, ~Copyable {
    fileprivate let queue: Q
    fileprivate let lease: Lease

    deinit { lease.drop() }

    func tryEnqueue(_ element: consuming sending Q.Element) -> sending TryEnqueueResult<Q.Element> {
        queue.tryEnqueue(element)
    }

    func tryEnqueueBurst(_ elements: inout RigidArray<Q.Element>) -> TryEnqueueManyResult {
        elements.edit { queue.tryEnqueueBurst(&$0) }
    }
}

extension SharedProducer: WaitingProducer where Q: WaitingQueue {
    func enqueue(_ element: consuming sending Q.Element) -> sending EnqueueResult<Q.Element> {
        queue.enqueue(element)
        return .enqueued
    }

    func enqueueAll(_ elements: inout RigidArray<Q.Element>) {
        elements.edit { span in
            while !span.isEmpty { queue.enqueueBurst(&span) }
        }
    }
}

struct SharedConsumer<Q: SharedQueue>: TryingConsumer, ~Copyable {
    fileprivate let queue: Q

    func tryDequeue() -> sending TryDequeueResult<Q.Element> { queue.tryDequeue() }

    func tryDequeueBurst(into elements: inout OutputSpan<Q.Element>) -> TryDequeueManyResult {
        queue.tryDequeueBurst(&elements)
    }
}

extension SharedConsumer: WaitingConsumer where Q: WaitingQueue {
    func dequeue() -> sending Q.Element? { queue.dequeue() }

    func dequeueBurst(into elements: inout OutputSpan<Q.Element>) -> Int? {
        if case .dequeued(let count) = queue.dequeueBurst(&elements) { count } else { nil }
    }
}

extension Peer where Out: ~Copyable, In: ~Copyable {
    static func shared<Q: SharedQueue>(_ queue: Q.Type) -> Peer
    where Out == SharedProducer<Q>, In == SharedConsumer<Q> {
        Peer { capacity, producers, consumers in
            let queue = Q(capacity: capacity)
            let lease = Lease(producers) { queue.close() }
            return Ends(
                producers: (0..<producers).map { _ in Parcel(SharedProducer(queue: queue, lease: lease)) },
                consumers: (0..<consumers).map { _ in Parcel(SharedConsumer(queue: queue)) })
        }
    }
}
