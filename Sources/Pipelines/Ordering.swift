public import RingQueues

/// In which order the workers of a stage give on what they made.
public struct StageOrder: Sendable {
    @usableFromInline let isPreserved: Bool
    private let asked: Int?

    private init(isPreserved: Bool, window: Int?) {
        self.isPreserved = isPreserved
        asked = window
    }

    /// As each worker finishes; each for itself keeps the order in which it took. The default.
    public static var unordered: StageOrder { StageOrder(isPreserved: false, window: nil) }

    /// As the elements were taken from the queue before the stage. What is done before its turn waits in a window of four
    /// elements a worker.
    public static var preserve: StageOrder { StageOrder(isPreserved: true, window: nil) }

    /// As ``preserve``, with a window of so many elements. A worker that is further ahead waits: back-pressure.
    ///
    /// - Precondition: `window` is at least 1.
    public static func preserve(window: Int) -> StageOrder {
        require(window >= 1, "a window of \(window) elements: an element has to have room in it")
        return StageOrder(isPreserved: true, window: window)
    }

    @usableFromInline
    func window(for workers: Int) -> Int { asked ?? 4 * max(workers, 1) }
}

/// Numbers the elements of a stage as they are taken, and gives on what became of them in that order.
///
///     worker: take under a lock, with a number ──▶ body ──▶ outbox ──▶ slot [number mod window]
///     who fills the slot whose turn it is empties that slot and those behind it, while they are full
///
/// **No deadlock.** Of the elements under way take the one with the lowest number. Its worker never waits here, because
/// its number is the next one and so within the window; it ends its body or gives up, and in both ways fills its slot.
@usableFromInline
@safe
final class Sequencer<Element: ~Copyable>: @unchecked Sendable {
    // SAFETY: `taken` is used with `taking` held; everything else with `monitor` held, but for an outbox, which belongs to
    // the worker that took it out of its slot.
    private let taking = Monitor()
    private var taken = 0
    private let monitor = Monitor()
    private let window: Int
    /// Empty ones where nothing was put yet.
    private var slots: [Outbox<Element>]
    private var isFull: [Bool]
    private var next = 0
    private var isDelivering = false
    private var waiting = 0
    private var ended: [Outbox<Element>] = []

    @usableFromInline
    init(window: Int) {
        self.window = window
        slots = (0..<window).map { _ in Outbox() }
        isFull = Array(repeating: false, count: window)
    }

    /// Takes an element and its number. Who waits for the turn to take waits for an element of that edge.
    @usableFromInline
    func take(_ number: inout Int?, _ worker: Worker, _ edge: Int, _ take: () -> Int?) -> Int? {
        if !taking.tryLock() {
            worker.enter(.dequeuing, edge: edge, at: Worker.now)
            taking.lock()
            worker.enter(.working, at: Worker.now)
        }
        defer { taking.unlock() }
        let count = take()
        if let count, count > 0 {
            number = taken
            taken += count
        }
        return count
    }

    /// Leaves what came of the element with that number for an empty outbox, and delivers what is due. Every number that
    /// was taken is put once.
    ///
    /// - Returns: whether the next stage still wants any.
    @usableFromInline
    func put(_ number: Int, _ outbox: inout Outbox<Element>, _ worker: Worker, to outlet: Outlet<Element>) -> Bool {
        monitor.lock()
        if number >= next + window {
            worker.enter(.ordering, at: Worker.now)
            waiting += 1
            while number >= next + window { monitor.wait() }
            waiting -= 1
            worker.enter(.working, at: Worker.now)
        }
        swap(&slots[number % window], &outbox)
        isFull[number % window] = true
        var isWanted = true
        if number == next && !isDelivering {
            isDelivering = true
            while isFull[next % window] {
                isFull[next % window] = false
                swap(&slots[next % window], &outbox)
                next += 1
                if waiting > 0 { monitor.wakeAll() }
                monitor.unlock()
                while !outbox.isEmpty { isWanted = outlet.push(outbox.removeFirst()) && isWanted }
                monitor.lock()
            }
            isDelivering = false
        }
        monitor.unlock()
        return isWanted
    }

    /// A worker has ended. What it emitted at its end comes behind everything: the last one delivers it for all.
    @usableFromInline
    func end(_ outbox: Outbox<Element>, _ workers: Int, to outlet: Outlet<Element>) {
        monitor.lock()
        ended.append(outbox)
        let all = ended.count == workers ? ended : []
        monitor.unlock()
        for outbox in all {
            while !outbox.isEmpty { _ = outlet.push(outbox.removeFirst()) }
        }
    }
}

/// What a worker emitted for one element, until its turn comes. Its memory is used again and again.
@usableFromInline
@safe
final class Outbox<Element: ~Copyable> {
    // SAFETY: memory of its own; those at `first ..< end` are initialized.
    private var memory: UnsafeMutablePointer<Element>
    private var capacity = 1
    private var first = 0
    private var end = 0

    @usableFromInline
    init() { unsafe memory = .allocate(capacity: 1) }

    deinit {
        _ = removeAll()
        unsafe memory.deallocate()
    }

    @usableFromInline
    var isEmpty: Bool { first == end }

    @usableFromInline
    func append(_ element: consuming Element) {
        if end == capacity {
            let more = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
            unsafe more.moveInitialize(from: memory + first, count: end - first)
            unsafe memory.deallocate()
            unsafe memory = more
            capacity *= 2
            (first, end) = (0, end - first)
        }
        unsafe (memory + end).initialize(to: element)
        end += 1
    }

    @usableFromInline
    func removeFirst() -> Element {
        let element = unsafe (memory + first).move()
        first += 1
        if first == end { (first, end) = (0, 0) }
        return element
    }

    /// How many there were.
    @usableFromInline
    func removeAll() -> Int {
        let count = end - first
        unsafe (memory + first).deinitialize(count: count)
        (first, end) = (0, 0)
        return count
    }
}

extension StagePlan {
    /// A stage whose workers give on what they made in the order of what they took.
    @inlinable
    static func ordering<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ name: String, workers: Int, window: Int, _ options: StageOptions, _ onError: OnError<In>,
        from source: InPort<In>, into target: OutPort<Out>, given: [Connection],
        begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Out>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming In, inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        let sequencer = Sequencer<Out>(window: window)
        return StagePlan(
            name: name, workers: workers, options: options, inputs: source.edges, outputs: target.edges,
            given: given,
            opens: { onError.open() }, closes: { onError.close() }
        ) { worker, number in
            let inlet = source.inlet(worker, number, workers)
            let outlet = target.outlet(worker)
            let edges = source.edges()
            let isShared = edges.count == 1
            let edge = edges.first?.number ?? 0
            return { hasThread, leaves in
                if hasThread {
                    worker.enter(.working, at: Worker.now)
                    var turn: Int?
                    var outbox = Outbox<Out>()
                    let numbered = unsafe inlet.taking { room, _, deadline in
                        // With a queue of its own it must not wait for an element while others could take theirs.
                        guard isShared else {
                            let count = unsafe inlet.take(room, 1, deadline)
                            return sequencer.take(&turn, worker, edge) { count }
                        }
                        return sequencer.take(&turn, worker, edge) { unsafe inlet.take(room, 1, deadline) }
                    }
                    let put = {
                        guard let number = turn.take() else { return true }
                        return sequencer.put(number, &outbox, worker, to: outlet)
                    }
                    var emit = Emitter(
                        Outlet(width: outlet.width, forget: { outbox.removeAll() * outlet.width }) { element in
                            outbox.append(element)
                            return true
                        }, worker)
                    do throws(StageExit) {
                        try worker.work(numbered, &emit, onError, begin, end, body, after: put)
                    } catch { leaves(error) }
                    // One that was taken and not worked on, or the others would wait for it.
                    _ = put()
                    sequencer.end(outbox, workers, to: outlet)
                } else {
                    sequencer.end(Outbox(), workers, to: outlet)
                }
                inlet.end()
            }
        }
    }
}
