public import RingQueues

extension Flow where Element: Sendable {
    /// Gives each element to every branch.
    ///
    ///     flow.broadcast({ $0.sink("log") { … } }, { $0.map("scale") { … }.sink("store") { … } })
    ///
    /// Adds no stage. The stage before enqueues a copy for each branch in turn, and waits if there is no room, unless the
    /// branch's first stage says otherwise (``StageOptions/whenFull``). Elements for a branch that has seen enough are
    /// refused, and go to its `undelivered`. When all branches have seen enough, the stages before are released.
    /// - Parameter branches: each adds the stages of a branch, down to its sink.
    /// - Returns: the pipeline.
    @discardableResult
    public consuming func broadcast(_ branches: (consuming Flow) -> Pipeline...) -> Pipeline {
        broadcast(branches)
    }

    /// Gives each element to every branch of an array. See the form that lists the branches.
    ///
    /// - Parameter branches: each adds the stages of a branch, down to its sink.
    /// - Returns: the pipeline.
    /// - Precondition: there is at least one branch.
    @discardableResult
    public consuming func broadcast(_ branches: [(consuming Flow) -> Pipeline]) -> Pipeline {
        require(!branches.isEmpty, "broadcast needs at least one branch")
        let pipeline = pipeline
        let name = pipeline.core.name(of: stages[0].number)
        let stages = stages
        let route = route
        let isMany = isMany
        let whole = Whole<Element>(count: branches.count) { outputs in
            let output = StageOutput<Element>(outputs.flatMap(\.ends)) { worker in
                let outlets = outputs.map { $0.outlet(worker) }
                return Outlet(width: outlets.reduce(0) { $0 + $1.width }) { element in
                    // Not `contains`, because every branch gets the element.
                    let takers = outlets.count { $0.push(copy element) }
                    if takers == outlets.count { return true }
                    // If a branch takes no more, the stage continues; if a queue failed, the stage ends.
                    return takers > 0 && worker.failureDownstream == nil
                }
            }
            for stage in stages {
                pipeline.core.connects(stage.number)
                stage.attach(output)
            }
        }
        for (index, branch) in branches.enumerated() {
            let number = pipeline.core.opens(name)
            _ = branch(
                Flow(pipeline, [OpenStage(number: number, isMany: isMany) { whole.fill(index, $0) }], route: route))
        }
        return pipeline
    }
}

/// Collects the outputs of branches, which come one by one, and calls an action when all are there.
private final class Whole<Element: ~Copyable>: Sendable {
    private let outputs: Guarded<[StageOutput<Element>?]>
    private let action: @Sendable ([StageOutput<Element>]) -> Void

    init(count: Int, _ action: @escaping @Sendable ([StageOutput<Element>]) -> Void) {
        outputs = Guarded(Array(repeating: nil, count: count))
        self.action = action
    }

    func fill(_ index: Int, _ output: StageOutput<Element>) {
        let all = outputs.withLock { outputs in
            outputs[index] = output
            let filled = outputs.compactMap { $0 }
            return filled.count == outputs.count ? filled : []
        }
        if !all.isEmpty { action(all) }
    }
}

extension Flow where Element: ~Copyable {
    /// Gives elements with the same key to the same worker of the next stage, which must have several.
    ///
    ///     flow.partition { $0.address }.sink("deliver", workers: 8) { … }
    ///
    /// Adds no stage. Each worker gets its own queue, instead of one queue for all. Elements with the same key keep their
    /// order. After a broadcast, the next stage of each branch is partitioned.
    /// - Parameter key: returns the key of an element; it must not wait. Called on the threads of the stage before.
    /// - Returns: the same elements.
    public consuming func partition<Key: Hashable & SendableMetatype>(
        by key: @escaping @Sendable (borrowing Element) -> Key
    ) -> Flow {
        Flow(pipeline, stages, route: { key($0).hashValue & Int.max })
    }

    /// Merges two flows: the next stage takes the elements of both from one queue.
    ///
    /// Each flow keeps its own order. The stream ends when both have ended.
    /// - Parameter other: a flow of the same pipeline.
    /// - Returns: the elements of both.
    /// - Precondition: neither flow is partitioned; the merged flow may be.
    public consuming func merge<Other: FlowWidth>(
        _ other: consuming Flow<Element, Other, Kinds>
    ) -> Flow<Element, MultiWorker, Kinds> {
        require(
            other.pipeline === pipeline, "flows of '\(pipeline.name)' and '\(other.pipeline.name)' cannot be merged")
        require(
            route == nil && other.route == nil,
            "a flow of '\(pipeline.name)' that is partitioned cannot be merged: merge first, then partition")
        return Flow<Element, MultiWorker, Kinds>(pipeline, stages + other.stages)
    }
}

/// Chains: the sink of one pipeline is the source of the next.
extension Flow where Element: ~Copyable {
    /// Ends the flow in a queue that other code takes from: another pipeline, or any thread with its consumer.
    ///
    /// Adds no stage; the stage before enqueues its elements. Failures go through the queue both ways: if this pipeline
    /// fails, the queue fails, and so does a pipeline that takes from it; the same holds in the other direction. The stage
    /// before learns of the queue's end at its next emit, or by ``Emitter/isStopped``. An element that it could not enqueue is
    /// counted as refused, and destroyed.
    /// - Parameter producer: dropped when the stage before has ended. Its kind must allow several producers, unless the flow
    ///   comes from one worker: then any kind will do.
    /// - Returns: the pipeline.
    @inlinable
    @discardableResult
    @_disfavoredOverload  // If the flow comes from one worker, the form below fits as well, and needs no clones.
    public consuming func into<Kind: ManyProducers>(_ producer: consuming sending Producer<Element, Kind>) -> Pipeline {
        connect(to: QueueEnds(producer, isShared: true))
    }

    @inlinable
    consuming func connect<Kind: QueueKind>(to ends: QueueEnds<Element, Kind>) -> Pipeline {
        pipeline.core.connect(ends)
        attach(to: ends.output)
        return pipeline
    }
}

extension Flow where Element: ~Copyable, Width == SingleWorker {
    /// Ends a flow that comes from one worker in a queue of any kind that other code takes from.
    ///
    /// The form for several workers says how failures and ends go through the queue.
    /// - Parameter producer: dropped when the stage before has ended.
    /// - Returns: the pipeline.
    @inlinable
    @discardableResult
    public consuming func into<Kind: QueueKind>(_ producer: consuming sending Producer<Element, Kind>) -> Pipeline {
        connect(to: QueueEnds(producer, isShared: false))
    }
}

extension Pipeline {
    /// Adds a stage that emits the elements of a queue that other code fills: another pipeline, or any thread with its
    /// producer.
    ///
    /// If that queue fails or is cancelled, so is this pipeline.
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - consumer: dropped when the stage has ended.
    ///   - over: the kinds of queue that the flow uses.
    ///   - options: for the thread.
    ///   - undelivered: gets the elements left in the queue if the stage ends before the end of the stream.
    /// - Returns: these elements.
    @inlinable
    public func source<Element: ~Copyable, Kind: QueueKind, Kinds: QueueKinds>(
        _ name: String, from consumer: consuming sending Consumer<Element, Kind>, over: Kinds.Type = RingKinds.self,
        options: StageOptions = StageOptions(), undelivered: (@Sendable (consuming sending Element) -> Void)? = nil
    ) -> Flow<Element, SingleWorker, Kinds> {
        let near = QueueEnds(consumer, isShared: false, Undelivered(undelivered))
        return Flow(self, name) {
            .working(
                name, workers: 1, isEntry: true, options, .fail, from: near.input, into: $0, given: [near],
                begin: {}, end: { _, _ in }, body: { _, element, emit in try emit(Parcel(element).opened()) })
        }
    }
}
