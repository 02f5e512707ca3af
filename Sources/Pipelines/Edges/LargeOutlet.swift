import RingQueues

/// Holds the large element that an outlet enqueues. It has its own memory, because each result that may contain the element
/// would need room for one more on the worker's stack.
@safe
private final class Desk<Element: ~Copyable> {
    // SAFETY: owned by the outlet. Only its worker uses the memory, and takes an element out before it puts in the next.
    private let memory = UnsafeMutablePointer<Element>.allocate(capacity: 1)

    deinit { unsafe memory.deallocate() }

    func put(_ element: consuming Element) { unsafe memory.initialize(to: element) }

    func take() -> Element { unsafe memory.move() }
}

extension QueueEnds where Element: ~Copyable {
    /// An outlet for large elements, compiled once for all types.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    func largeOutlet(_ worker: Worker) -> Outlet<Element> {
        let lease = leaseProducer()
        let storage = lease.end.storage
        let edge = edge
        let meter = edge.addProducer()
        worker.puts(into: edge, meter)
        let number = edge.number
        let desk = Desk<Element>()
        func attempt(_ deadline: Deadline) -> TryEnqueueManyResult {
            Kind._enqueueMany(
                storage, count: 1, whole: false, deadline: deadline, element: { _ in desk.take() },
                giveBack: { desk.put($1) })
        }
        func refuse() {
            meter.add(EdgeCell.undelivered, 1)
            undelivered(desk.take())
        }
        return Outlet(width: 1) { [waits] element in
            desk.put(element)
            if worker.isRefusing {
                refuse()
                return false
            }
            var result = attempt(.now)
            if result == .full {
                guard waits else {
                    refuse()
                    return true
                }
                let began = Worker.now
                meter.set(EdgeCell.highWater, lease.end.capacity)
                worker.enter(.enqueuing, edge: number, at: began)
                result = attempt(.never)
                let ended = Worker.now
                meter.add(EdgeCell.blocked, Int(ended - began))
                worker.waited(since: began, until: ended)
            }
            guard case .enqueued = result else {
                refuse()
                return false
            }
            meter.add(EdgeCell.moved, 1)
            return true
        }
    }
}
