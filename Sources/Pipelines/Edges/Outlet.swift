public import RingQueues

/// The place where one worker's elements go, for any kind and number of queues. It holds the worker's lease.
@usableFromInline
struct Outlet<Element: ~Copyable> {
    /// Enqueues an element, waiting for room. Returns `false` if every queue refused it; it is then undelivered.
    @usableFromInline let push: (consuming Element) -> Bool
    /// The number of queues that each element goes to.
    @usableFromInline let width: Int
    /// Destroys pushed elements that are not in a queue yet; returns how many.
    @usableFromInline let forget: () -> Int
    /// The ring that it enqueues into, if it is one of this package's, and the counters of that queue.
    @usableFromInline let ring: Ring
    // SAFETY: these belong to a meter that `push` holds.
    @usableFromInline let counts: MeterCells?
    /// Does the same as `push`, if an inline transform is next.
    @usableFromInline let step: InlineStep<Element>

    @usableFromInline
    init(
        width: Int, ring: Ring = .none, counts: MeterCells? = nil, step: InlineStep<Element> = .none,
        forget: @escaping () -> Int = { 0 }, push: @escaping (consuming Element) -> Bool
    ) {
        self.step = step
        self.width = width
        self.ring = ring
        self.counts = counts
        self.forget = forget
        self.push = push
    }

    /// Does the same as `push`, but first tries rings by their kind. A closure of a generic type takes its arguments through
    /// memory and a thunk, which cost as much as a ring does.
    @inlinable
    @inline(__always)
    func put(_ element: consuming Element) -> Bool {
        // Only for small elements: for large ones the cost of the call does not show, and code for each ring would be large.
        if Large.holds(Element.self) { return push(element) }
        let result: TryEnqueueResult<Element>
        switch ring {
        case .none: return step.isSome ? step(element) : push(element)
        case .spsc(let storage): result = SPSC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        case .mpsc(let storage): result = MPSC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        case .spmc(let storage): result = SPMC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        case .mpmc(let storage): result = MPMC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        }
        switch consume result {
        case .enqueued:
            // SAFETY: an outlet with a ring has counters.
            unsafe counts.unsafelyUnwrapped.add(EdgeCell.moved, 1)
            return true
        case .full(let back): return push(back)
        case .closed(let back): return push(back)
        }
    }
}

/// The memory of a ring of this package, by its kind.
@usableFromInline
enum Ring {
    case none
    case spsc(_QueueStorage)
    case mpsc(_QueueStorage)
    case spmc(_QueueStorage)
    case mpmc(_QueueStorage)

    @usableFromInline
    init<Kind: QueueKind>(_ kind: Kind.Type, _ storage: _QueueStorage) {
        self =
            if kind == SPSC.self {
                .spsc(storage)
            } else if kind == MPSC.self {
                .mpsc(storage)
            } else if kind == SPMC.self {
                .spmc(storage)
            } else if kind == MPMC.self {
                .mpmc(storage)
            } else {
                .none
            }
    }
}

extension QueueEnds where Element: ~Copyable {
    /// An outlet for one worker of the stage before the queue.
    @inlinable
    func outlet(_ worker: Worker) -> Outlet<Element> {
        Large.holds(Element.self) ? largeOutlet(worker) : smallOutlet(worker)
    }

    @inlinable
    @inline(__always)
    func smallOutlet(_ worker: Worker) -> Outlet<Element> {
        let lease = leaseProducer()
        let storage = lease.end.storage
        let edge = edge
        let meter = edge.addProducer()
        worker.puts(into: edge, meter)
        let number = edge.number
        let refuse = { [undelivered] (back: consuming Element) in
            meter.add(EdgeCell.undelivered, 1)
            undelivered(back)
        }
        return Outlet(width: 1, ring: Ring(Kind.self, storage), counts: meter.cells) { [waits] element in
            if worker.isRefusing {
                refuse(element)
                return false
            }
            switch Kind._enqueue(storage, element, deadline: .now) {
            case .enqueued:
                meter.add(EdgeCell.moved, 1)
                return true
            case .closed(let back):
                refuse(back)
                return false
            case .full(let back):
                guard waits else {
                    refuse(back)
                    return true
                }
                let began = Worker.now
                meter.set(EdgeCell.highWater, lease.end.capacity)
                worker.enter(.enqueuing, edge: number, at: began)
                let result = Kind._enqueue(storage, back, deadline: .never)
                let ended = Worker.now
                meter.add(EdgeCell.blocked, Int(ended - began))
                worker.waited(since: began, until: ended)
                switch consume result {
                case .enqueued:
                    meter.add(EdgeCell.moved, 1)
                    return true
                case .closed(let back):
                    refuse(back)
                    return false
                case .full: fatalError("a queue kind reported a full queue to a call that waits: a defect of the kind")
                }
            }
        }
    }
}
