import RingQueues

/// Draining: the sources end, and everything that they have emitted runs to its end. ``Life`` says when a run drains.
extension PipelineCore {
    /// How long a drain that has cancelled waits for the stages to end.
    static let farewell = Duration.seconds(1)

    /// Drains until the deadline, then cancels. Waits until `run()` may return, unless that would be waiting for itself.
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

    /// Lets the sources emit nothing more, and ends what comes into the pipeline by queues.
    func endSources() {
        let (stages, _) = accounts
        for stage in stages where stage.inputs.isEmpty {
            for worker in stage.workers { worker.drain() }
        }
        finishQueues()
    }

    /// Finishes the queues before stages that no stage of the pipeline puts into, or none any more. Those that only the
    /// pipeline's stages put into are finished anyway; the others have producers elsewhere.
    func finishQueues() {
        let (stages, _) = accounts
        let workers = stages.flatMap(\.workers).filter { !$0.hasEnded }
        let fed = Set(workers.flatMap(\.outputEdges).map(ObjectIdentifier.init))
        for edge in stages.flatMap(\.inputs) where !fed.contains(ObjectIdentifier(edge)) { edge.finish() }
    }

    /// Has `run()` cancel at the deadline, if it is not over yet. The earliest of several counts.
    private func cancel(at deadline: Deadline) {
        if deadline.isOver { return stop(nil) }
        state.withLock { state in
            if deadline.nanoseconds < state.drainEnd?.nanoseconds ?? .max { state.drainEnd = deadline }
        }
        ring()
    }

    /// Waits on the thread of `run()` until it may return, and cancels at the deadline of a drain whose caller does not.
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
        // What was done before it was opened is seen from here on.
        released.wait()
    }

    func ring() {
        bell.lock()
        bell.wakeAll()
        bell.unlock()
    }
}
