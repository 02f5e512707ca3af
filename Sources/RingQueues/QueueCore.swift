import Synchronization

/// The part of a queue that does not depend on its elements: who holds ends, and why it was closed. Ends of any type
/// share it with the control handle.
@usableFromInline
class QueueLeases: @unchecked Sendable {
    // SAFETY: the only stored state is protected by the lock; subclasses add constants.
    private struct State {
        var producers = 1
        var consumers = 1
        var poison: Poison?
        /// Called when consumers are stopped.
        var stopped: (@Sendable () -> Void)?
        var sweeping = false
        var sweepAgain = false
    }

    private let state = Mutex(State())

    final var poison: Poison? { state.withLock { $0.poison } }

    final var counts: (Int, Int) { state.withLock { ($0.producers, $0.consumers) } }

    @usableFromInline
    final func addProducer() { state.withLock { $0.producers += 1 } }

    @usableFromInline
    final func addConsumer() { state.withLock { $0.consumers += 1 } }

    /// Gives up a producer end. With the last one the stream is finished.
    @usableFromInline
    final func dropProducer() {
        let (last, orphaned) = state.withLock { state in
            state.producers -= 1
            return (state.producers == 0, state.producers == 0 && state.consumers == 0)
        }
        if last { close(.finished) }
        if orphaned { sweep() }
    }

    /// Gives up a consumer end. With the last one producers are refused at once, and elements that no consumer will
    /// take are destroyed.
    @usableFromInline
    final func dropConsumer() {
        let (last, finished) = state.withLock { state in
            state.consumers -= 1
            guard case .finished = state.poison else { return (state.consumers == 0, false) }
            return (state.consumers == 0, true)
        }
        guard last else { return }
        // A stream that was taken to its end stays finished; otherwise elements are thrown away or refused.
        if !finished || count > 0 { close(.cancelled) }
        sweep()
    }

    /// Has `action` called after each stop, by the thread that stops. Before the queue has users.
    final func onStop(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.stopped = action } }

    /// Only the first cancel or failure counts; before one comes, finish does.
    final func close(_ poison: Poison) {
        let stopped = state.withLock { state in
            switch state.poison {
            case nil, .finished: state.poison = poison
            case .cancelled, .failed: break
            }
            return state.stopped
        }
        closeStorage(stop: poison.stopsConsumers)
        if poison.stopsConsumers { stopped?() }
    }

    /// Destroys the remaining elements. One thread at a time, without waiting: an element's `deinit` may drop further
    /// ends.
    private func sweep() {
        let mine = state.withLock { state in
            if state.sweeping { state.sweepAgain = true }
            defer { state.sweeping = true }
            return !state.sweeping
        }
        guard mine else { return }
        repeat {
            destroyLeftovers()
        } while state.withLock { state in
            defer {
                state.sweeping = state.sweepAgain
                state.sweepAgain = false
            }
            return state.sweepAgain
        }
    }

    var capacity: Int { fatalError("QueueLeases is abstract: use a QueueCore") }
    var count: Int { fatalError("QueueLeases is abstract: use a QueueCore") }
    var isClosed: Bool { fatalError("QueueLeases is abstract: use a QueueCore") }
    func closeStorage(stop: Bool) { fatalError("QueueLeases is abstract: use a QueueCore") }
    func destroyLeftovers() { fatalError("QueueLeases is abstract: use a QueueCore") }
}

@usableFromInline
final class QueueCore<Element: ~Copyable, Kind: QueueKind>: QueueLeases, @unchecked Sendable {
    // SAFETY: constants; the storage keeps its own order.
    @usableFromInline let storage: _QueueStorage
    private let limit: Int

    init(capacity: Int, waiting: WaitStrategy) throws(QueueError) {
        guard (1...QueueLimits.maximumCapacity).contains(capacity) else { throw .invalidCapacity(capacity) }
        // Swift counts the bytes of a type in 64 unsigned bits, and reports them as an Int.
        guard MemoryLayout<Element>.size >= 0, MemoryLayout<Element>.stride > 0 else {
            throw .outOfMemory(capacity: capacity, slotBytes: .max)
        }
        storage = try Kind._makeStorage(of: Element.self, capacity: capacity, waiting: waiting)
        limit = capacity
    }

    deinit {
        destroyLeftovers()
        Kind._freeStorage(storage, of: Element.self)
    }

    @usableFromInline override var capacity: Int { limit }
    @usableFromInline override var count: Int { Kind._count(storage, of: Element.self) }
    @usableFromInline override var isClosed: Bool { Kind._isClosed(storage) }

    override func closeStorage(stop: Bool) { Kind._close(storage, stop: stop) }

    override func destroyLeftovers() {
        if count > 0 { takeLeftovers() }
    }

    // Out of line: its frame holds an element, and an empty queue of large elements must not need the stack for one.
    @inline(never)
    private func takeLeftovers() {
        while case .dequeued(let element) = Kind._tryDequeue(storage, afterStop: true) as TryDequeueResult<Element> {
            _ = element
        }
    }
}
