import CRings

/// An action that is called once when the queue may be ready: a sleeper without a task.
///
/// Each registration has an object of its own, because a signaller may be about to call the action of an earlier one.
@safe
final class Notice: @unchecked Sendable {
    // SAFETY: the lock of the event's list protects the node (E19). While the node is on the list, the list holds a reference.
    private let node: UnsafeMutablePointer<rq_sleeper>
    private let event: _EventCount
    private let leases: QueueLeases
    private let isReady: @Sendable () -> Bool
    private let action: @Sendable () -> Void
    private var round: UInt32 = 0

    init(
        on event: _EventCount, of leases: QueueLeases, isReady: @escaping @Sendable () -> Bool,
        _ action: @escaping @Sendable () -> Void
    ) {
        self.event = event
        self.leases = leases
        self.isReady = isReady
        self.action = action
        unsafe node = .allocate(capacity: 1)
        unsafe node.initialize(to: rq_sleeper())
    }

    deinit { unsafe node.deallocate() }

    /// Puts it on the list, or calls the action now if the queue is ready.
    func list() {
        if isReady() {
            action()
            return
        }
        let key = unsafe rq_event_announce(event.pointer)
        unsafe round = rq_sleepers_prepare(&event.pointer.pointee.sleepers, node)
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        unsafe node.pointee.wake = rq_wake(call: Notice.wake, context: context)
        unsafe node.pointee.is_notice = true
        // E8: the look since the announcement. The key makes the list refuse what came since.
        if unsafe isReady() || !rq_event_enlist(event.pointer, node, key) {
            unsafe Unmanaged<Notice>.fromOpaque(context).release()
            leave()
            action()
        }
    }

    /// Takes it off the list. Does nothing if it was called, or is being called.
    func withdraw() {
        guard unsafe rq_sleepers_interrupt(&event.pointer.pointee.sleepers, node, round) else { return }
        unsafe Unmanaged.passUnretained(self).release()
        leave()
    }

    /// Leaves, and checks on behalf of the others (E7, E9). After a wake, the signaller has done so (E20).
    private func leave() {
        var relied = false
        let others = unsafe rq_event_leave(event.pointer, &relied)
        if rq_event_must_check(others, relied), isReady() { unsafe rq_event_hand_on(event.pointer) }
    }

    private static let wake: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        // SAFETY: `list` retained it for the list.
        unsafe Unmanaged<Notice>.fromOpaque(context!).takeRetainedValue().action()
    }
}
