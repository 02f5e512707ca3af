public import RingQueues

/// Where the elements of one worker go, whatever kind of queue or queues that is. It holds the worker's lease.
@usableFromInline
struct Outlet<Element: ~Copyable> {
    /// Waits for room; `false` when the element was refused everywhere and has gone to who takes such.
    @usableFromInline let push: (consuming Element) -> Bool
    /// To how many queues each element goes.
    @usableFromInline let width: Int
    /// Takes back what was pushed and has not been delivered; how many.
    @usableFromInline let forget: () -> Int
    /// The way past `push` into a ring that has room, and what is counted there.
    @usableFromInline let door: Door
    @usableFromInline let meter: Meter?
    /// The same as `push`, where an inline transform is next.
    @usableFromInline let step: InlineStep<Element>

    @usableFromInline
    init(
        width: Int, door: Door = .none, meter: Meter? = nil, step: InlineStep<Element> = .none,
        forget: @escaping () -> Int = { 0 }, push: @escaping (consuming Element) -> Bool
    ) {
        self.step = step
        self.width = width
        self.door = door
        self.meter = meter
        self.forget = forget
        self.push = push
    }

    /// As `push`. A closure of a generic type takes its arguments through memory and a thunk, which cost as much as a ring
    /// does; so rings are tried by their name first.
    @inlinable
    @inline(__always)
    func put(_ element: consuming Element) -> Bool {
        // Only small ones: for others the call costs nothing that shows, and code for each ring would be large.
        if Large.holds(Element.self) { return push(element) }
        let result: TryEnqueueResult<Element>
        switch door {
        case .none: return step.isSome ? step(element) : push(element)
        case .index(let storage): result = SPSC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        case .sole(let storage): result = SPMC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        case .shared(let storage): result = MPMC.attemptEnqueue(storage, element, pauses: Pauses.waiting)
        }
        switch consume result {
        case .enqueued:
            // SAFETY: an outlet with a door has a meter.
            unsafe meter.unsafelyUnwrapped.add(EdgeCell.moved, 1)
            return true
        case .full(let back): return push(back)
        case .closed(let back): return push(back)
        }
    }
}

/// A ring of this package, by the producer's side that it has.
@usableFromInline
enum Door {
    case none
    case index(_QueueStorage)
    case sole(_QueueStorage)
    case shared(_QueueStorage)

    @usableFromInline
    init<Kind: QueueKind>(_ kind: Kind.Type, _ storage: _QueueStorage) {
        if kind == SPSC.self {
            self = .index(storage)
        } else if kind == SPMC.self {
            self = .sole(storage)
        } else if kind == MPSC.self || kind == MPMC.self {
            self = .shared(storage)
        } else {
            self = .none
        }
    }
}
