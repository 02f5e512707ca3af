import DequeModule
import RingQueues

/// The state that each lock protects: a deque that does not grow, and whether the stream has ended.
struct BoundedDeque<Element>: ~Copyable {
    private var elements: RigidDeque<Element>
    var isClosed = false

    init(capacity: Int) { elements = RigidDeque(capacity: capacity) }

    var isFull: Bool { elements.isFull }
    var isEmpty: Bool { elements.isEmpty }

    /// Takes the element out of the optional, because a closure cannot consume what it captures.
    mutating func tryEnqueue(_ element: inout Element?) -> TryEnqueueResult<Element> {
        guard let moving = element.take() else { return .enqueued }
        if elements.isFull { return .full(moving) }
        elements.append(moving)
        return .enqueued
    }

    mutating func tryDequeue() -> TryDequeueResult<Element> {
        if let element = elements.popFirst() { return .dequeued(element) }
        return isClosed ? .closed : .empty
    }

    mutating func tryEnqueueBurst(
        _ burst: inout OutputSpan<Element>, most: Int = .max
    ) -> TryEnqueueManyResult {
        let count = min(burst.count, elements.freeCapacity, most)
        burst.moveFirst(count) { elements.append($0) }
        return count > 0 ? .enqueued(count) : .full
    }

    mutating func tryDequeueBurst(
        _ burst: inout OutputSpan<Element>, most: Int = .max
    ) -> TryDequeueManyResult {
        let count = min(burst.freeCapacity, elements.count, most)
        for _ in 0..<count { burst.append(elements.removeFirst()) }
        return count > 0 ? .dequeued(count) : isClosed ? .closed : .empty
    }
}
