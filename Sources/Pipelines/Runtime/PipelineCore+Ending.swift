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
        // A stage that waits for an element would learn of it only when it emits the next time, if ever.
        while let place = before.firstIndex(where: \.isUnwanted) { before.remove(at: place).stopTaking() }
        act()
    }

    /// Calls the actions, unless another stop has, and says that this stop is through.
    private func act() {
        limit?.wake()
        var actions = state.withLock { $0.life.act() }
        for action in actions { action() }
        // Let go before `run()` can return.
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

    /// Before a worker gives its ends up because everything is to stop: another pipeline would take an end that goes
    /// before the stop for the end of the stream.
    func stopEdges(of worker: Worker) {
        let poison = state.withLock { $0.life.poison }
        for edge in worker.edges { edge.stop(poison) }
    }
}

/// Ending.
extension PipelineCore {
    /// A worker ends before its stream does.
    func leaves(_ worker: Worker, _ exit: StageExit) {
        switch exit {
        case .failed(let error): stop(Failure(stage: worker.stage.name, error: error))
        case .early: endsEarly(worker.stage)
        case .refused:
            // Where the next stage belongs to another pipeline, its failure is this one's as well.
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

    /// A worker has ended.
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

    /// Tells the threads that wait for it what has ended. Not with the lock held: actions go with `end`.
    func settle(_ end: consuming Life.End) {
        if end.isLast {
            limit?.forget()
            over.open()
        }
        if end.mayReturn { release() }
    }

    /// `run()` has nothing more to wait for.
    private func release() {
        released.open()
        ring()
    }

    /// Waits until every worker has ended or was given up, and every stop is through.
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

    /// Gives up the workers that have not ended at the deadline. Does nothing on a thread that they wait for, which may be
    /// one of them: there they cannot end.
    func abandon(at deadline: Deadline) {
        guard wait(for: over, until: deadline, before: { $0.threadsOfWorkers }) == false else { return }
        if state.withLock({ $0.life.giveUp() }) { release() }
    }

    /// Waits until the latch opens or the deadline has passed, unless it would be waiting for itself: on a thread that has
    /// to go before the latch opens, on one that such a thread waits for, or where no thread runs yet that will open it.
    ///
    /// - Returns: whether it is open; `nil` if the call did not wait.
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
