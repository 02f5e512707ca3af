public import Synchronization

/// A bound on the elements between the sources and the last bodies of a pipeline. Only sources wait for it: a stage
/// that waited could wait for itself.
///
/// There is no shared counter: a source sums the workers' meters. The count is the elements that entered a queue, less
/// those that were undelivered or are finished with. A worker that has finished with elements stores that in its meter,
/// then checks whether a source waits. A source that waits first says so, then sums once more. Each side has a fence in
/// between, so one of the two sees the other.
@usableFromInline
final class InFlight: Sendable {
    private struct Accounts {
        /// Stages that take elements which were counted when they entered a queue.
        var ends: [StageAccount] = []
        /// Stages that do not wait at the bound.
        var makers: [StageAccount] = []
        var edges: [Edge] = []
        var entries = 0
    }

    private let bound: Int
    private let monitor = Monitor()
    private let accounts = Guarded(Accounts())
    @usableFromInline let waiting = Atomic(0)
    /// Elements that may enter and are not in a queue yet. Accessed with `monitor` held.
    private let reserved = Atomic(0)

    init(bound: Int) { self.bound = bound }

    /// Sets the meters that are summed. Elements from outside the pipeline were not counted where they are taken.
    func watch(_ stages: [StageAccount], _ edges: [Edge]) {
        let makers = stages.filter { !$0.entersElements }
        accounts.withLock {
            $0 = Accounts(
                ends: stages.filter(\.takesCounted), makers: makers, edges: edges.filter(\.isWhole),
                entries: stages.count - makers.count)
        }
    }

    /// Every worker has ended. The workers hold this object, so it must not hold their accounts any longer.
    func forget() { accounts.withLock { $0 = Accounts() } }

    /// Lets elements into an outlet only while there are fewer than the bound.
    @usableFromInline
    func bounding<Element: ~Copyable>(_ outlet: Outlet<Element>, _ worker: Worker) -> Outlet<Element> {
        var credit = 0
        // Known once all workers have their ends, which is before the first element.
        var entries: Int?
        return Outlet(width: outlet.width, forget: outlet.forget) { [self] element in
            let known = entries ?? (worker.stage.entersElements ? accounts.withLock { $0.entries } : 0)
            entries = known
            if known == 0 || worker.isRefusing { return outlet.push(element) }
            if known == 1 {
                if credit <= 0 { credit = enter(worker, reserving: false) }
                // A width of zero: its branches count what they make of it.
                credit -= max(outlet.width, 1)
                return outlet.push(element)
            }
            _ = enter(worker, reserving: true)
            defer { leave() }
            return outlet.push(element)
        }
    }

    /// Waits until there is room; returns for how many elements.
    private func enter(_ worker: Worker, reserving: Bool) -> Int {
        monitor.lock()
        defer { monitor.unlock() }
        var room = bound - count
        if room < 1 && !worker.halt.isOpen {
            worker.enter(.entering, at: Worker.now)
            waiting.store(waiting.load(ordering: .relaxed) + 1, ordering: .relaxed)
            atomicMemoryFence(ordering: .sequentiallyConsistent)  // E16: pairs with E15
            while true {
                room = bound - count
                if room >= 1 || worker.halt.isOpen { break }
                monitor.wait()
            }
            waiting.store(waiting.load(ordering: .relaxed) - 1, ordering: .relaxed)
            worker.enter(.working, at: Worker.now)
        }
        if reserving { reserved.store(reserved.load(ordering: .relaxed) + 1, ordering: .relaxed) }
        return room
    }

    private func leave() {
        monitor.lock()
        reserved.store(reserved.load(ordering: .relaxed) - 1, ordering: .relaxed)
        if waiting.load(ordering: .relaxed) > 0 { monitor.wakeAll() }
        monitor.unlock()
    }

    /// Notes that a worker's meter has changed: it has finished with elements.
    @usableFromInline
    func left() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)  // E15: pairs with E16
        if waiting.load(ordering: .relaxed) > 0 { wake() }
    }

    func wake() {
        monitor.lock()
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Never too low: the numbers at the end of a way are read before those at its start.
    private var count: Int {
        let accounts = accounts.withLock { $0 }
        let done = accounts.ends.reduce(0) { $0 + $1.done }
        let left = accounts.edges.reduce(0) { $0 + $1.left }
        let held = accounts.makers.reduce(0) { $0 + $1.held }
        let enqueued = accounts.edges.reduce(0) { $0 + $1.enqueued }
        return enqueued - left - done + held + reserved.load(ordering: .relaxed)
    }
}

extension Worker {
    /// The outlet of a worker whose elements come from outside the pipeline.
    @usableFromInline
    func entry<Element: ~Copyable>(_ outlet: Outlet<Element>) -> Outlet<Element> {
        limit?.bounding(outlet, self) ?? outlet
    }
}
