import RingQueues

/// Draining: the sources end, and everything that they have emitted is processed. ``Life`` says when a run drains.
extension PipelineCore {
    /// How long a drain waits for the stages to end after it has cancelled.
    static let farewell = Duration.seconds(1)

    /// Drains until the deadline, then cancels. Waits until `run()` may return, unless the thread would wait for itself.
    ///
    /// - Returns: whether every worker has ended.
    func drain(until deadline: Deadline) -> Bool {
        let deadline = deadline.fixed
        if !deadline.isOver {
            let drains = state.withLock { state in
                state.life.drain()
                return state.life.drains
            }
            if drains { endSources() }
        }
        guard var isReleased = waitForRelease(until: deadline) else {
            cancel(at: deadline)
            return false
        }
        if !isReleased {
            stop(nil)
            isReleased = waitForRelease(until: .after(Self.farewell)) ?? false
        }
        return isReleased && state.withLock { $0.life.hasEnded }
    }

    private func waitForRelease(until deadline: Deadline) -> Bool? {
        wait(for: released, until: deadline) { $0.threadsBeforeRelease }
    }

    /// Lets the sources emit nothing more, and ends the streams that enter the pipeline through queues.
    func endSources() {
        let (stages, _) = accounts
        for stage in stages where stage.inputs.isEmpty {
            for worker in stage.workers { worker.drain() }
        }
        finishQueues()
    }

    /// Finishes the queues before stages into which no stage of the pipeline enqueues, or none any more. A queue that only
    /// the pipeline's stages fill is finished anyway; the others have producers elsewhere.
    func finishQueues() {
        let (stages, _) = accounts
        let workers = stages.flatMap(\.workers).filter { !$0.hasEnded }
        let fed = Set(workers.flatMap(\.outputEdges).map(ObjectIdentifier.init))
        for edge in stages.flatMap(\.inputs) where !fed.contains(ObjectIdentifier(edge)) { edge.finish() }
    }

    /// Lets `run()` cancel at the deadline, if the run has not ended by then. The earliest of several deadlines counts.
    private func cancel(at deadline: Deadline) {
        if deadline.isOver { return stop(nil) }
        state.withLock { state in
            if deadline.nanoseconds < state.drainEnd?.nanoseconds ?? .max { state.drainEnd = deadline }
        }
        ring()
    }

    /// Waits on the thread of `run()` until it may return. Cancels at the deadline of a drain whose caller did not wait.
    func waitForRelease() {
        bell.lock()
        while !released.isOpen {
            guard let deadline = state.withLock({ $0.drainEnd }) else {
                bell.wait()
                continue
            }
            if deadline.isOver {
                bell.unlock()
                state.withLock { $0.drainEnd = nil }
                stop(nil)
                bell.lock()
            } else {
                _ = bell.wait(.nanoseconds(deadline.nanoseconds - Platform.nanoseconds))
            }
        }
        bell.unlock()
        // From here on, this thread sees everything that was done before the latch was opened.
        released.wait()
    }

    func ring() {
        bell.lock()
        bell.wakeAll()
        bell.unlock()
    }
}
