public import RingQueues

/// A queue between two stages, for reports and for stopping it.
@usableFromInline
final class Edge: Sendable {
    private struct State {
        var number = 0
        var control: QueueControl?
        var stopped: Poison?
        var producers: [Meter] = []
        var consumers: [Meter] = []
        var from: [String] = []
        var to = ""
        var isWhole = false
        /// Workers that may still take from it.
        var takers = 0
    }

    private let state = Guarded(State())

    @usableFromInline
    init() {}

    var control: QueueControl? { state.withLock { $0.control } }
    var from: [String] { state.withLock { $0.from } }
    var to: String { state.withLock { $0.to } }
    @usableFromInline var number: Int { state.withLock { $0.number } }

    func number(_ number: Int) { state.withLock { $0.number = number } }
    func comes(from stage: String) { state.withLock { $0.from.append(stage) } }
    func goes(to stage: String) { state.withLock { $0.to = stage } }

    /// Notes that the queue was made.
    @usableFromInline
    func opened(_ control: QueueControl) {
        let stopped = state.withLock { state in
            state.control = control
            return state.stopped
        }
        if let stopped { control.stop(stopped) }
    }

    @usableFromInline
    func addProducer() -> Meter {
        let meter = Meter()
        state.withLock { $0.producers.append(meter) }
        return meter
    }

    @usableFromInline
    func addConsumer() -> Meter {
        let meter = Meter()
        state.withLock { state in
            state.consumers.append(meter)
            state.takers += 1
        }
        return meter
    }

    /// Call this when all workers have their ends. Determines whether other threads hold ends, or the queue had elements
    /// before.
    ///
    /// A queue without a worker on one side is not whole: the other code's last end has gone, but the queue may not be closed
    /// yet, and then elements enter that no stage takes.
    func seal() {
        state.withLock { state in
            guard let control = state.control, !state.producers.isEmpty, !state.consumers.isEmpty else { return }
            let (producers, consumers) = control.leaseCounts
            state.isWhole =
                producers == state.producers.count && consumers == state.consumers.count && control.count == 0
        }
    }

    var isWhole: Bool { state.withLock { $0.isWhole } }
    var enqueued: Int { state.withLock { $0.producers.reduce(0) { $0 + $1[EdgeCell.moved] } } }
    /// The number of elements that were in the queue when its stage took no more.
    var left: Int { state.withLock { $0.consumers.reduce(0) { $0 + $1[EdgeCell.undelivered] } } }

    /// Notes that one worker will take no more.
    ///
    /// - Returns: whether it was the last worker that could take any.
    @usableFromInline
    func consumerEnds() -> Bool {
        state.withLock { state in
            state.takers -= 1
            return state.takers == 0
        }
    }

    /// Whether consumers were stopped, rather than all producers having ended.
    var isStopped: Bool { control?.isStopped == true }

    /// The error that the queue failed with, if it did.
    var failure: (any Error)? {
        if case .failed(let error) = control?.poison { error } else { nil }
    }

    /// How code outside the pipeline stopped the queue, if it did.
    @usableFromInline var cut: StageExit? {
        // Read in this order: before the pipeline stops the queue, it notes that it does.
        let poison = control?.poison
        if state.withLock({ $0.stopped != nil }) { return nil }
        switch poison {
        case .failed(let error): return .failed(error)
        case .cancelled: return .cancelled
        case .finished, nil: return nil
        }
    }

    /// Stops the queue, now or as soon as it is made.
    @usableFromInline
    func stop(_ poison: Poison) {
        let control = state.withLock { state in
            if state.stopped == nil { state.stopped = poison }
            return state.control
        }
        control?.stop(poison)
    }

    /// Ends the stream: nothing more enters, and the elements in the queue are taken.
    func finish() { control?.finish() }

    /// The numbers at this moment. Reads the consumers' first. Even so, an element can seem to have left before it
    /// entered, as long as its producer has not counted it yet.
    func report() -> EdgeReport {
        let (state, control) = state.withLock { ($0, $0.control) }
        func sum(_ meters: [Meter], _ cell: Int) -> Int { meters.reduce(0) { $0 + $1[cell] } }
        let (dequeued, left) = (sum(state.consumers, EdgeCell.moved), sum(state.consumers, EdgeCell.undelivered))
        let refused = sum(state.producers, EdgeCell.undelivered)
        return EdgeReport(
            from: state.from, to: state.to, capacity: control?.capacity ?? 0,
            enqueued: sum(state.producers, EdgeCell.moved), dequeued: dequeued,
            undelivered: left + refused, refused: refused,
            highWater: (state.producers + state.consumers).reduce(0) { max($0, $1[EdgeCell.highWater]) },
            blockedOnEmpty: .nanoseconds(sum(state.consumers, EdgeCell.blocked)),
            blockedOnFull: .nanoseconds(sum(state.producers, EdgeCell.blocked)),
            batches: sum(state.consumers, EdgeCell.batches), isWhole: state.isWhole)
    }
}

extension QueueControl {
    /// Whether both sides were stopped before the end of the stream.
    var isStopped: Bool {
        switch poison {
        case .cancelled, .failed: true
        case .finished, nil: false
        }
    }

    /// Stops both sides of the queue, with the reason. A finish stops nothing.
    func stop(_ poison: Poison) {
        switch poison {
        case .finished: break
        case .cancelled: cancel()
        case .failed(let error): fail(error)
        }
    }
}
