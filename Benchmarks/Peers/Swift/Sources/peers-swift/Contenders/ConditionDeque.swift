import Foundation
import RingQueues

/// `nscondition-deque`: Foundation's condition, which brings its mutex, around a deque.
final class ConditionDeque<Element: Payload>: WaitingQueue, @unchecked Sendable {
    private let condition = NSCondition()
    // SAFETY: all below is used with the condition locked.
    private var deque: BoundedDeque<Element>
    private var waitingProducers = 0
    private var waitingConsumers = 0

    init(capacity: Int) { deque = BoundedDeque(capacity: capacity) }

    func enqueue(_ element: consuming Element) {
        var moving = Optional(element)
        _ = put(waits: true) { $0.tryEnqueue(&moving) }
    }

    func tryEnqueue(_ element: consuming Element) -> TryEnqueueResult<Element> {
        var moving = Optional(element)
        return put(waits: false) { $0.tryEnqueue(&moving) }
    }

    func enqueueBurst(_ elements: inout OutputSpan<Element>) {
        _ = put(waits: true, several: true) { $0.tryEnqueueBurst(&elements) }
    }

    func tryEnqueueBurst(_ elements: inout OutputSpan<Element>) -> TryEnqueueManyResult {
        put(waits: false, several: true) { $0.tryEnqueueBurst(&elements) }
    }

    func dequeue() -> Element? { get(waits: true) { $0.tryDequeue() }.element() }

    func tryDequeue() -> TryDequeueResult<Element> { get(waits: false) { $0.tryDequeue() } }

    func dequeueBurst(_ elements: inout OutputSpan<Element>) -> TryDequeueManyResult {
        get(waits: true, several: true) { $0.tryDequeueBurst(&elements) }
    }

    func tryDequeueBurst(_ elements: inout OutputSpan<Element>) -> TryDequeueManyResult {
        get(waits: false, several: true) { $0.tryDequeueBurst(&elements) }
    }

    func close() {
        condition.lock()
        deque.isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    @inline(__always)
    private func put<R>(waits: Bool, several: Bool = false, _ move: (inout BoundedDeque<Element>) -> R) -> R {
        condition.lock()
        defer { condition.unlock() }
        while waits && deque.isFull {
            waitingProducers += 1
            condition.wait()
            waitingProducers -= 1
        }
        defer { wake(waitingConsumers, besides: waitingProducers, several: several) }
        return move(&deque)
    }

    @inline(__always)
    private func get<R>(waits: Bool, several: Bool = false, _ move: (inout BoundedDeque<Element>) -> R) -> R {
        condition.lock()
        defer { condition.unlock() }
        while waits && deque.isEmpty && !deque.isClosed {
            waitingConsumers += 1
            condition.wait()
            waitingConsumers -= 1
        }
        defer { wake(waitingProducers, besides: waitingConsumers, several: several) }
        return move(&deque)
    }

    /// There is one condition for both sides: while both wait, a signal might go to the wrong one.
    private func wake(_ side: Int, besides other: Int, several: Bool) {
        guard side > 0 else { return }
        if other > 0 || several && side > 1 { condition.broadcast() } else { condition.signal() }
    }
}
