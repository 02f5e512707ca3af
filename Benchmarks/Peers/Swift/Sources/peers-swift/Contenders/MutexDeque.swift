import RingQueues
import Synchronization

/// `mutex-deque`: the standard library's mutex around a deque. There is no condition for it, so its calls try.
final class MutexDeque<Element: Payload>: SharedQueue {
    private let deque: Synchronization.Mutex<BoundedDeque<Element>>

    init(capacity: Int) { deque = Mutex(BoundedDeque(capacity: capacity)) }

    func tryEnqueue(_ element: consuming Element) -> TryEnqueueResult<Element> {
        var moving = Optional(element)
        return deque.withLock { $0.tryEnqueue(&moving) }
    }

    func tryEnqueueBurst(_ elements: inout OutputSpan<Element>) -> TryEnqueueManyResult {
        deque.withLock { $0.tryEnqueueBurst(&elements) }
    }

    func tryDequeue() -> TryDequeueResult<Element> { deque.withLock { $0.tryDequeue() } }

    func tryDequeueBurst(_ elements: inout OutputSpan<Element>) -> TryDequeueManyResult {
        deque.withLock { $0.tryDequeueBurst(&elements) }
    }

    func close() { deque.withLock { $0.isClosed = true } }
}
