import CRings

/// One end that a ``Select`` waits for: a sleeper on the event count of its queue.
@safe
final class SelectSource {
    // SAFETY: the lock of the event's list protects the node (E19). While the node is on the list, the list holds a reference
    // to the waker, which the wake consumes.
    private let node: UnsafeMutablePointer<rq_sleeper>
    private let event: _EventCount
    /// Keeps the queue's memory.
    private let leases: QueueLeases
    private let check: () -> Bool
    private var key: UInt32 = 0
    private var round: UInt32 = 0

    init(on event: _EventCount, of leases: QueueLeases, isReady check: @escaping () -> Bool) {
        self.event = event
        self.leases = leases
        self.check = check
        unsafe node = .allocate(capacity: 1)
        unsafe node.initialize(to: rq_sleeper())
    }

    deinit { unsafe node.deallocate() }

    var isReady: Bool { check() }

    /// Announces the wait. Look once more before `list` (E8).
    func announce() { unsafe key = rq_event_announce(event.pointer) }

    /// Puts the sleeper on the list. Returns false if there was a signal since the announcement.
    func list(_ waker: SelectWaker) -> Bool {
        unsafe round = rq_sleepers_prepare(&event.pointer.pointee.sleepers, node)
        let context = unsafe Unmanaged.passRetained(waker).toOpaque()
        unsafe node.pointee.wake = rq_wake(call: wakeSelect, context: context)
        if unsafe rq_event_enlist(event.pointer, node, key) { return true }
        unsafe Unmanaged<SelectWaker>.fromOpaque(context).release()
        return false
    }

    /// Takes the sleeper off the list, leaves, and checks on behalf of the others (E7, E9).
    func leave() {
        if unsafe rq_sleepers_interrupt(&event.pointer.pointee.sleepers, node, round) {
            unsafe Unmanaged<SelectWaker>.fromOpaque(node.pointee.wake.context!).release()
        }
        var relied = false
        let others = unsafe rq_event_leave(event.pointer, &relied)
        if rq_event_must_check(others, relied), isReady { unsafe rq_event_hand_on(event.pointer) }
    }
}

private func wakeSelect(_ context: UnsafeMutableRawPointer?) {
    // SAFETY: `list` retained it for the list.
    unsafe Unmanaged<SelectWaker>.fromOpaque(context!).takeRetainedValue().wake()
}
