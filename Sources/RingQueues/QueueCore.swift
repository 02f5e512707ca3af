import Synchronization

/// The part of a queue that does not depend on its elements: how many ends there are, and why the queue was closed. Ends
/// of any type share it with the control handle.
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

    /// Drops a producer end. Dropping the last one finishes the stream.
    @usableFromInline
    final func dropProducer() {
        let (last, orphaned) = state.withLock { state in
            state.producers -= 1
            return (state.producers == 0, state.producers == 0 && state.consumers == 0)
        }
        if last { close(.finished) }
        if orphaned { sweep() }
    }

    /// Drops a consumer end. Dropping the last one closes the queue for producers at once, and destroys the remaining
    /// elements.
    @usableFromInline
    final func dropConsumer() {
        let (last, finished) = state.withLock { state in
            state.consumers -= 1
            guard case .finished = state.poison else { return (state.consumers == 0, false) }
            return (state.consumers == 0, true)
        }
        guard last else { return }
        // A stream that was taken to its end stays finished. Otherwise elements are destroyed or refused: cancel.
        if !finished || count > 0 { close(.cancelled) }
        sweep()
    }

    /// Registers an action that is called after each stop, on the thread that stops. Call this before the queue has users.
    final func onStop(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.stopped = action } }

    /// Closes the queue. The first cancel or failure is the reason, even after a finish.
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

    /// Destroys the remaining elements, one thread at a time. Does not wait, because an element's `deinit` may drop further
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
    func event(_ side: _QueueSide) -> _EventCount { fatalError("QueueLeases is abstract: use a QueueCore") }
    func closeStorage(stop: Bool) { fatalError("QueueLeases is abstract: use a QueueCore") }
    func destroyLeftovers() { fatalError("QueueLeases is abstract: use a QueueCore") }
}

@usableFromInline
final class QueueCore<Element: ~Copyable, Kind: QueueKind>: QueueLeases, @unchecked Sendable {
    // SAFETY: constants; the kind orders the accesses to the storage.
    @usableFromInline let storage: _QueueStorage
    private let limit: Int

    init(capacity: Int, waiting: WaitStrategy) throws(QueueError) {
        guard (1...QueueLimits.maximumCapacity).contains(capacity) else { throw .invalidCapacity(capacity) }
        // Swift counts the bytes of a type in 64 unsigned bits, but reports them as an Int.
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

    override func event(_ side: _QueueSide) -> _EventCount { Kind._event(storage, side) }

    override func closeStorage(stop: Bool) { Kind._close(storage, stop: stop) }

    override func destroyLeftovers() {
        if count > 0 { takeLeftovers() }
    }

    // Out of line, because its frame holds an element: an empty queue of large elements must not need stack for one.
    @inline(never)
    private func takeLeftovers() {
        while case .dequeued(let element) = Kind._tryDequeue(storage, afterStop: true) as TryDequeueResult<Element> {
            _ = element
        }
    }
}
