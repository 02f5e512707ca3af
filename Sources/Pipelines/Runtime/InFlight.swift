public import Synchronization

/// A bound on the elements between the sources and the last bodies of a pipeline. Only sources wait for it: a stage
/// that waited could wait for itself.
///
/// There is no shared counter: a source sums the workers' meters. The count is the number of elements that entered a queue,
/// minus those that are undelivered or done. A worker that has finished elements stores that in its meter, then checks
/// whether a source waits. A source that has to wait says so first, then sums once more. Each side has a fence in between,
/// so one of the two sees the other.
@usableFromInline
final class InFlight: Sendable {
    private struct Accounts {
        /// Stages whose elements were counted when they entered a queue.
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
    /// The number of elements that may enter and are not in a queue yet. Accessed with `monitor` held.
    private let reserved = Atomic(0)

    init(bound: Int) { self.bound = bound }

    /// Sets the meters to sum. Elements from outside the pipeline are not counted in the queue that they come from.
    func watch(_ stages: [StageAccount], _ edges: [Edge]) {
        let makers = stages.filter { !$0.entersElements }
        accounts.withLock {
            $0 = Accounts(
                ends: stages.filter(\.takesCounted), makers: makers, edges: edges.filter(\.isWhole),
                entries: stages.count - makers.count)
        }
    }

    /// Forgets the accounts, once every worker has ended: the workers hold this object, so it must not hold their accounts
    /// any longer.
    func forget() { accounts.withLock { $0 = Accounts() } }

    /// Lets elements into an outlet only while there are fewer than the bound.
    @usableFromInline
    func bounding<Element: ~Copyable>(_ outlet: Outlet<Element>, _ worker: Worker) -> Outlet<Element> {
        var credit = 0
        // Known once all workers have their ends, before the first element.
        var entries: Int?
        return Outlet(width: outlet.width, forget: outlet.forget) { [self] element in
            let known = entries ?? (worker.stage.entersElements ? accounts.withLock { $0.entries } : 0)
            entries = known
            if known == 0 || worker.isRefusing { return outlet.push(element) }
            if known == 1 {
                if credit <= 0 { credit = enter(worker, reserving: false) }
                // The width is zero if the branches count what they make of the element.
                credit -= max(outlet.width, 1)
                return outlet.push(element)
            }
            _ = enter(worker, reserving: true)
            defer { leave() }
            return outlet.push(element)
        }
    }

    /// Waits until there is room; returns the number of elements that may enter.
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

    /// Wakes sources, if any wait. Call this after a worker has finished elements and stored that in its meter.
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

    /// The number of elements in flight, never too low: the numbers at the end of a path are read before those at its start.
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
