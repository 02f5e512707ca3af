import Dispatch
import RingQueues
import Synchronization

/// `dispatch-semaphore`: the textbook's bounded buffer (E. W. Dijkstra, "Cooperating sequential processes", 1965): one
/// semaphore counts the free places, one the elements, and a mutex guards the deque.
///
/// Closing adds one to the elements' semaphore, without an element. The consumer that gets it passes it on.
final class SemaphoreDeque<Element: Payload>: WaitingQueue {
    private let places: DispatchSemaphore
    private let elements = DispatchSemaphore(value: 0)
    private let deque: Synchronization.Mutex<BoundedDeque<Element>>

    init(capacity: Int) {
        places = DispatchSemaphore(value: capacity)
        deque = Mutex(BoundedDeque(capacity: capacity))
    }

    func enqueue(_ element: consuming Element) {
        places.wait()
        _ = put(element)
    }

    func tryEnqueue(_ element: consuming Element) -> TryEnqueueResult<Element> {
        places.tryWait() ? put(element) : .full(element)
    }

    func enqueueBurst(_ burst: inout OutputSpan<Element>) {
        places.wait()
        _ = put(&burst, 1 + places.tryWait(burst.count - 1))
    }

    func tryEnqueueBurst(_ burst: inout OutputSpan<Element>) -> TryEnqueueManyResult {
        put(&burst, places.tryWait(burst.count))
    }

    func dequeue() -> Element? {
        elements.wait()
        return get().element()
    }

    func tryDequeue() -> TryDequeueResult<Element> { elements.tryWait() ? get() : .empty }

    func dequeueBurst(_ burst: inout OutputSpan<Element>) -> TryDequeueManyResult {
        elements.wait()
        return get(&burst, 1 + elements.tryWait(burst.freeCapacity - 1))
    }

    func tryDequeueBurst(_ burst: inout OutputSpan<Element>) -> TryDequeueManyResult {
        get(&burst, elements.tryWait(burst.freeCapacity))
    }

    func close() {
        deque.withLock { $0.isClosed = true }
        elements.signal()
    }

    /// With a place in hand.
    private func put(_ element: consuming Element) -> TryEnqueueResult<Element> {
        var moving = Optional(element)
        let result = deque.withLock { $0.tryEnqueue(&moving) }
        elements.signal()
        return result
    }

    private func put(_ burst: inout OutputSpan<Element>, _ places: Int) -> TryEnqueueManyResult {
        guard places > 0 else { return .full }
        let result = deque.withLock { $0.tryEnqueueBurst(&burst, most: places) }
        elements.signal(places)
        return result
    }

    /// With an element in hand, or the end of the stream.
    private func get() -> TryDequeueResult<Element> {
        let result = deque.withLock { $0.tryDequeue() }
        if case .dequeued = result { places.signal() } else { elements.signal() }
        return result
    }

    private func get(_ burst: inout OutputSpan<Element>, _ claimed: Int) -> TryDequeueManyResult {
        guard claimed > 0 else { return .empty }
        let result = deque.withLock { $0.tryDequeueBurst(&burst, most: claimed) }
        var taken = 0
        if case .dequeued(let count) = result { taken = count }
        places.signal(taken)
        elements.signal(claimed - taken)
        return result
    }
}

extension DispatchSemaphore {
    /// One try. The time 0 means now, without reading the clock.
    fileprivate func tryWait() -> Bool { wait(timeout: DispatchTime(uptimeNanoseconds: 0)) == .success }

    /// Returns how many of `most` tries succeeded in a row.
    fileprivate func tryWait(_ most: Int) -> Int {
        var count = 0
        while count < most && tryWait() { count += 1 }
        return count
    }

    fileprivate func signal(_ count: Int) {
        for _ in 0..<count { signal() }
    }
}
