import CRings

/// The sleeper of one end: what its task sleeps on while it is suspended.
///
/// An end belongs to one task at a time, so it has one sleeper, which is made once: later suspensions allocate nothing.
@safe
@usableFromInline
final class Sleeper: @unchecked Sendable {
    // SAFETY: the end's task alone calls `sleep`. The lock of the event's list protects the node (E19).
    private let node: UnsafeMutablePointer<rq_sleeper>
    private let event: _EventCount
    /// Keeps the event alive for a timer that outlives the end.
    private let leases: QueueLeases
    /// The action that is called when the queue is ready.
    private var notice: Notice?

    init(on event: _EventCount, of leases: QueueLeases) {
        self.event = event
        self.leases = leases
        unsafe node = .allocate(capacity: 1)
        unsafe node.initialize(to: rq_sleeper())
    }

    deinit { unsafe node.deallocate() }

    /// Suspends the task until a signal that came after the announcement with this key, the deadline, or the cancellation of
    /// the task. May also return for no reason. `deadline` is in nanoseconds on the clock of the C layer; `.max`: none.
    nonisolated(nonsending) func sleep(key: UInt32, until deadline: Int64) async {
        let round = unsafe rq_sleepers_prepare(&event.pointer.pointee.sleepers, node)
        let timer = deadline == .max ? nil : wake(round, at: deadline)
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let context = unsafe unsafeBitCast(continuation, to: UnsafeMutableRawPointer.self)
                unsafe node.pointee.wake = rq_wake(call: resume, context: context)
                if unsafe !rq_event_enlist(event.pointer, node, key) { unsafe continuation.resume() }
            }
        } onCancel: {
            interrupt(round)
        }
        timer?.cancel()
    }

    /// Calls the action once, as soon as a waiter of the end's side would find something to do. Replaces an earlier action.
    func notify(isReady: @escaping @Sendable () -> Bool, _ action: @escaping @Sendable () -> Void) {
        withdraw()
        notice = Notice(on: event, of: leases, isReady: isReady, action)
        notice?.list()
    }

    /// Forgets the action, unless it was called or is being called.
    func withdraw() {
        notice?.withdraw()
        notice = nil
    }

    /// Ends the sleep of that round, unless something else has ended it.
    private func interrupt(_ round: UInt32) {
        guard unsafe rq_sleepers_interrupt(&event.pointer.pointee.sleepers, node, round) else { return }
        unsafe resume(node.pointee.wake.context)
    }

    private func wake(_ round: UInt32, at deadline: Int64) -> Task<Void, Never> {
        Task.detached {
            guard (try? await Task.sleep(for: .nanoseconds(deadline - rq_now()), clock: .continuous)) != nil else {
                return
            }
            self.interrupt(round)
        }
    }
}

/// Resumes a task. `context` is its continuation, which is one pointer.
private func resume(_ context: UnsafeMutableRawPointer?) {
    unsafe unsafeBitCast(context, to: UnsafeContinuation<Void, Never>.self).resume()
}
