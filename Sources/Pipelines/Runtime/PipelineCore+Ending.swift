import RingQueues

/// Stopping. ``Life`` says which steps a stop has.
extension PipelineCore {
    /// Stops everything, with a failure or without. Only the first failure or cancel counts.
    func stop(_ failure: Failure?) {
        let thread = JoinGraph.current
        let stop = state.withLock { state -> (Poison, [Edge])? in
            guard state.life.stop(failure.map { .failure($0) } ?? .cancel) else { return nil }
            state.stoppingThreads.append(thread)
            return (state.life.poison, state.edges)
        }
        guard let (poison, edges) = stop else { return }
        halt.open()
        for edge in edges { edge.stop(poison) }
        act()
    }

    /// Ends the run from a stage that takes no more. The outcome names the first such stage, which is the one furthest
    /// downstream.
    private func endsEarly(_ stage: StageAccount) {
        let stages = state.withLock { $0.life.stop(.earlyEnd(stage: stage.name)) ? $0.stages : nil }
        guard var before = stages else { return }
        stage.stopTaking()
        // Stop the stages before it now. A stage that waits for an element would notice only at its next emit, if ever.
        while let place = before.firstIndex(where: \.isUnwanted) { before.remove(at: place).stopTaking() }
        act()
    }

    /// Calls the actions, unless another stop has, and notes that this stop is done.
    private func act() {
        limit?.wake()
        var actions = state.withLock { $0.life.act() }
        for action in actions { action() }
        // Release the actions before `run()` can return.
        actions = []
        acted()
    }

    private func acted() {
        let thread = JoinGraph.current
        let mayReturn = state.withLock { state in
            if let place = state.stoppingThreads.lastIndex(of: thread) { state.stoppingThreads.remove(at: place) }
            return state.life.acted()
        }
        if mayReturn { release() }
    }

    func onStop(_ action: @escaping Life.Action) {
        let thread = JoinGraph.current
        let isLate = state.withLock { state in
            guard state.life.register(action) else { return false }
            state.stoppingThreads.append(thread)
            return true
        }
        guard isLate else { return }
        action()
        acted()
    }

    /// Stops a worker's queues. Call this before a worker drops its ends because everything is to stop. If an end were dropped
    /// before the stop, another pipeline would take that for the end of the stream.
    func stopEdges(of worker: Worker) {
        let poison = state.withLock { $0.life.poison }
        for edge in worker.edges { edge.stop(poison) }
    }
}

/// Ending.
extension PipelineCore {
    /// Handles a worker that ends before its stream does.
    func leaves(_ worker: Worker, _ exit: StageExit) {
        switch exit {
        case .failed(let error): stop(Failure(stage: worker.stage.name, error: error))
        case .early: endsEarly(worker.stage)
        case .refused:
            // If the next stage belongs to another pipeline, that one's failure fails this one, too.
            if let error = worker.failureDownstream {
                stop(Failure(stage: worker.stage.name, error: error))
            } else if !halt.isOpen, worker.isUnwanted || !worker.isDrained {
                endsEarly(worker.stage)
            }
        case .cancelled: stop(nil)
        case .stopped: break
        }
        if halt.isOpen { stopEdges(of: worker) }
    }

    /// Notes that a worker has ended.
    func ended(_ worker: Worker, _ plan: StagePlan) {
        plan.closes()
        limit?.wake()
        let (end, drains) = state.withLock { state in
            worker.enter(.ended, at: Worker.now)
            return (state.life.end(), state.life.drains)
        }
        if drains { finishQueues() }
        settle(end)
    }

    /// Tells waiting threads what has ended. Must not be called with the lock held, because it destroys the actions of `end`.
    func settle(_ end: consuming Life.End) {
        if end.isLast {
            limit?.forget()
            over.open()
        }
        if end.mayReturn { release() }
    }

    /// Lets `run()` return: it has nothing more to wait for.
    private func release() {
        released.open()
        ring()
    }

    /// Waits until every worker has ended or was given up, and every stop is done.
    ///
    /// - Returns: whether every worker has ended.
    func waitForAll() -> Bool {
        waitForRelease()
        for thread in state.withLock({ $0.watching }) { thread.join() }
        let (threads, haveEnded) = state.withLock { state in
            defer { state.threads = [] }
            return (state.threads, state.life.leave(atWork: state.atWork))
        }
        for (thread, worker) in threads {
            if worker.hasEnded { thread.join() } else { thread.detach() }
        }
        JoinGraph.end()
        return haveEnded
    }

    /// Gives up the workers that have not ended at the deadline. Does nothing on one of their own threads, or on a thread that
    /// they wait for: they cannot end during the call.
    func abandon(at deadline: Deadline) {
        guard wait(for: over, until: deadline, before: { $0.threadsOfWorkers }) == false else { return }
        if state.withLock({ $0.life.giveUp() }) { release() }
    }

    /// Waits until the latch opens or the deadline has passed, unless the thread would wait for itself: if the latch opens
    /// only after this thread or a thread that waits for it has ended, or if no thread that will open it runs yet.
    ///
    /// - Returns: whether the latch is open; `nil` if the call did not wait.
    func wait(
        for latch: Latch, until deadline: Deadline, before: @escaping @Sendable (State) -> [JoinGraph.Thread]
    ) -> Bool? {
        let (hasBegun, starter) = state.withLock { ($0.life.hasBegun, $0.starter) }
        guard hasBegun, starter != JoinGraph.current else { return nil }
        var isOpen = false
        let circle = JoinGraph.wait(for: { [self] in state.withLock { before($0) } }) {
            isOpen = latch.wait(until: deadline)
        }
        return circle == nil ? isOpen : nil
    }
}
