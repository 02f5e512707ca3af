import RingQueues

/// Why a worker ends before the end of its stream.
@usableFromInline
package enum StageExit: Error {
    /// The body threw ``EndOfStage``.
    case early
    /// The next stage takes no more.
    case refused
    /// The pipeline was stopped.
    case stopped
    /// Code outside the pipeline has cancelled the queue that the stage takes from.
    case cancelled
    /// The body threw, and that fails the pipeline.
    case failed(any Error)

    /// Whether the stage ends by itself, before its stream does.
    @usableFromInline var isEarly: Bool {
        switch self {
        case .early, .refused: true
        case .stopped, .cancelled, .failed: false
        }
    }
}

extension Worker {
    /// Processes the elements until the stream ends. Reports it if the worker leaves earlier. A stage that ends by itself
    /// performs its end actions; a stage that was stopped or failed does not.
    @inlinable
    func work<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ inlet: borrowing Inlet<In>, _ emit: inout Emitter<Out>, _ onError: OnError<In>,
        _ begin: () throws -> State, _ end: (consuming State, inout Emitter<Out>) throws -> Void,
        _ body: (inout State, consuming In, inout Emitter<Out>) throws -> Void, leaves: (StageExit) -> Void,
        after: (() -> Bool)? = nil, atEnd: (() -> Void)? = nil
    ) {
        var state: State
        do { state = try begin() } catch { return leaves(.failed(error)) }
        do throws(StageExit) {
            try loop(inlet, &emit, onError, { element, emit in try body(&state, element, &emit) }, after)
        } catch {
            // Report before the end actions, which may wait for siblings: from here on, siblings take no more.
            leaves(error)
            guard !halt.isOpen else { return }
        }
        atEnd?()
        do { try end(state, &emit) } catch { leaves(exit(of: emit.cause(of: error), emit.isRefused)) }
    }

    @inlinable
    func loop<In: ~Copyable, Out: ~Copyable>(
        _ inlet: borrowing Inlet<In>, _ emit: inout Emitter<Out>, _ onError: OnError<In>,
        _ body: (consuming In, inout Emitter<Out>) throws -> Void, _ after: (() -> Bool)?
    ) throws(StageExit) {
        var hoard = try Hoard<In>()
        defer {
            add(StageCell.taken, hoard.next - hoard.end)
            while !hoard.isEmpty { inlet.undelivered(hoard.removeFirst()) }
        }
        var size = HoardSize(most: Hoard<In>.capacity)
        while hoard.refill(inlet, size.wanted) {
            let count = hoard.end
            add(StageCell.taken, count)
            while !hoard.isEmpty {
                if halt.isOpen { throw .stopped }
                let exit = attempt(hoard.removeFirst(), inlet, &emit, onError, body)
                // Elements that `after` emits may wait for room. A failure must not wait, because it ends such waits.
                if let exit, !exit.isEarly { throw exit }
                let isWanted = after?() ?? true
                // Return credit per element, not per batch: the next body, or the stage's end action, may depend on a
                // source that is waiting for that credit.
                limit?.left()
                if let exit { throw exit }
                if !isWanted { throw takeThrown().map { .failed($0) } ?? .refused }
            }
            let now = Worker.now
            unsafe size.learn(count, times.pointee.worked(until: now))
            works(at: now)
        }
        if let cut = inlet.cut() { throw cut }
        // The pipeline was stopped while the worker waited: perform no end actions.
        if halt.isOpen { throw .stopped }
    }

    /// Processes one element. Returns why the stage ends with it, if it does.
    @inlinable
    @inline(__always)
    func attempt<In: ~Copyable, Out: ~Copyable>(
        _ element: consuming In, _ inlet: borrowing Inlet<In>, _ emit: inout Emitter<Out>, _ onError: OnError<In>,
        _ body: (consuming In, inout Emitter<Out>) throws -> Void
    ) -> StageExit? {
        if let copy = onError.copy { return insist(element, copy, inlet, &emit, onError, body) }
        do {
            try body(element, &emit)
            add(StageCell.completed)
            return nil
        } catch { return settle(emit.cause(of: error), emit.isRefused, onError.last) }
    }

    /// Processes one element under a rule that may retry the body, or keep the element, after an error.
    @inlinable
    @inline(never)
    func insist<In: ~Copyable, Out: ~Copyable>(
        _ element: consuming In, _ copy: (borrowing In) -> In, _ inlet: borrowing Inlet<In>,
        _ emit: inout Emitter<Out>, _ onError: OnError<In>, _ body: (consuming In, inout Emitter<Out>) throws -> Void
    ) -> StageExit? {
        var attempts = 1
        while true {
            do {
                try body(copy(element), &emit)
                add(StageCell.completed)
                return nil
            } catch {
                let error = emit.cause(of: error)
                let isEnd = isEnd(error, emit.isRefused)
                if !isEnd, attempts <= onError.retries, pause(onError.backoff, attempts) {
                    attempts += 1
                    add(StageCell.retried)
                    emit.forget()
                    continue
                }
                guard !isEnd, case .deadLetter(let grave) = onError.last else {
                    return settle(error, emit.isRefused, onError.last)
                }
                emit.forget()
                enter(.burying, at: Worker.now)
                let isBuried = grave.put(element, error, stage.name, attempts) { halt.isOpen || isUnwanted }
                enter(.working, at: Worker.now)
                add(isBuried ? StageCell.deadLettered : StageCell.failed)
                if isBuried { return nil }
                inlet.keep(element)
                return halt.isOpen ? .stopped : isUnwanted ? .refused : .failed(error)
            }
        }
    }

    /// Handles the error of a body whose element is gone. Returns why the stage ends, if it does.
    @usableFromInline
    func settle<In: ~Copyable>(_ error: any Error, _ isRefused: Bool, _ last: OnError<In>.Last) -> StageExit? {
        let exit = exit(of: error, isRefused)
        switch (exit, last) {
        case (.early, _): add(StageCell.completed)
        case (.failed, .skip):
            add(StageCell.skipped)
            return nil
        default: add(StageCell.failed)
        }
        return exit
    }

    /// What a body's error means for the stage.
    @usableFromInline
    func exit(of error: any Error, _ isRefused: Bool) -> StageExit {
        if error is EndOfStage { return .early }
        if isEnd(error, isRefused) { return isRefused || !halt.isOpen ? .refused : .stopped }
        return .failed(error)
    }

    /// Whether the error means that the stage ends, rather than that something is wrong.
    @usableFromInline
    func isEnd(_ error: any Error, _ isRefused: Bool) -> Bool {
        error is EndOfStage
            || (error is QueueClosed || error as? EnqueueError == .closed) && (isRefused || halt.isOpen || isUnwanted)
    }

    /// Waits before the next try; returns `false` if the pipeline was stopped in the meantime. Waits in short intervals,
    /// because the next stage does not signal this one when it wants no more.
    @usableFromInline
    func pause(_ backoff: Backoff, _ retry: Int) -> Bool {
        var left = backoff.time(before: retry)
        guard left > .zero else { return !halt.isOpen }
        enter(.pausing, at: Worker.now)
        defer { enter(.working, at: Worker.now) }
        while left > .zero && !isUnwanted {
            if halt.wait(until: .after(min(left, Worker.turn))) { return false }
            left -= Worker.turn
        }
        return true
    }
}
