import CRings
package import RingQueues

extension QueueControl {
    /// The number of suspended tasks of a side, and of callbacks that were not called yet.
    package func sleepers(_ side: _QueueSide) -> Int {
        unsafe Int(rq_load32(&event(side).pointer.pointee.sleepers.count))
    }

    /// The number of waiters of a side: announced, and not left yet.
    package func waiters(_ side: _QueueSide) -> Int {
        unsafe Int((rq_load32(&event(side).pointer.pointee.word) & ~RQ_EVENT_FENCED) / RQ_EVENT_WAITER)
    }

    /// Returns when at least that many are suspended. Lets other tasks run meanwhile.
    package func waitUntilSuspended(_ side: _QueueSide, _ count: Int = 1) async {
        while sleepers(side) < count { await Task.yield() }
    }
}

extension Task where Failure == Never {
    /// A task that has a value of its own, such as an end, until it ends.
    package static func running<Value: ~Copyable>(
        _ value: consuming sending Value, _ body: @escaping @Sendable (inout Value) async -> Success
    ) -> Task {
        let handover = Handover(value)
        return Task {
            var value = handover.take()
            return await body(&value)
        }
    }
}
