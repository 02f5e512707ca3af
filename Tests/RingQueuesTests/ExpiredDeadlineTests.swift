import RingQueues
import TestSupport
import Testing

/// Large enough to be handled by address.
private typealias Frame = InlineArray<4096, Int>

/// A call whose deadline has passed makes one try: it does not wait, and the thread's next wait is as if there had been
/// no call.
@Suite(.watched) struct ExpiredDeadlineTests {
    private static var expired: [Deadline] {
        // The last one had not passed yet when it was made.
        let late = Deadline.after(.nanoseconds(1)).fixed
        while !late.isOver {}
        return [.now, .after(.zero), .after(.nanoseconds(-1)), .at(ContinuousClock.now - .seconds(1)), late]
    }

    /// All but the last, which only a look at the clock tells.
    @Test func expiredDeadlineIsKnownWithoutTheClock() {
        #expect(Self.expired.map(\.isImmediate) == [true, true, true, true, false])
    }

    @Test(arguments: Kinds.all) func expiredDeadlineDoesNotWait(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for deadline in Self.expired {
                try withQueue(of: Int.self, kind, deadline) { storage in calls(kind, storage, deadline) { 7 } }
                try withQueue(of: Frame.self, kind, deadline) { storage in
                    calls(kind, storage, deadline) { Frame(repeating: 7) }
                }
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func expiredDeadlineDoesNotWaitToConstruct(
        kind: any SingleProducerKind.Type
    ) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            for deadline in Self.expired {
                try withQueue(of: Int.self, kind, deadline) { storage in construct(kind, storage, deadline) { 7 } }
                try withQueue(of: Frame.self, kind, deadline) { storage in
                    construct(kind, storage, deadline) { Frame(repeating: 7) }
                }
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func expiredDeadlineDoesNotWaitToConsume(
        kind: any SingleConsumerKind.Type
    ) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            for deadline in Self.expired {
                try withQueue(of: Int.self, kind, deadline) { storage in
                    let result = K._dequeue(storage, deadline: deadline) { (element: inout Int) in element }
                    #expect(result == .empty)
                }
                try withQueue(of: Frame.self, kind, deadline) { storage in
                    let result = K._dequeue(storage, deadline: deadline) { (element: inout Frame) in element[0] }
                    #expect(result == .empty)
                }
            }
        }
        try check(kind)
    }

    /// Each call that waits for one side, once where it must find nothing.
    private func calls<E, K: TestKind>(
        _: K.Type, _ storage: _QueueStorage, _ deadline: Deadline, _ make: () -> E
    ) {
        let empty: TryDequeueResult<E> = K._dequeue(storage, deadline: deadline, afterStop: false)
        if case .empty = empty {} else { Issue.record("dequeued from an empty queue") }
        let none = K._dequeueMany(storage, count: 1, whole: false, deadline: deadline, receive: { (_: E) in })
        #expect(none == .empty)
        #expect(K._enqueue(storage, make(), deadline: deadline).isEnqueued)
        #expect(!K._enqueue(storage, make(), deadline: deadline).isEnqueued)
        let refused = K._enqueueMany(
            storage, count: 1, whole: false, deadline: deadline, element: { _ in make() }, giveBack: { _, _ in })
        #expect(refused == .full)
        let whole = K._enqueueMany(
            storage, count: 1, whole: true, deadline: deadline, element: { _ in make() }, giveBack: { _, _ in })
        #expect(whole == .full)
        let taken: TryDequeueResult<E> = K._dequeue(storage, deadline: deadline, afterStop: false)
        if case .dequeued = taken {} else { Issue.record("nothing was dequeued from a full queue") }
    }

    private func construct<E, K: SingleProducerKind>(
        _: K.Type, _ storage: _QueueStorage, _ deadline: Deadline, _ make: () -> E
    ) {
        #expect(K._enqueue(storage, deadline: deadline, constructing: make, refused: { _ in }) == .enqueued)
        #expect(K._enqueue(storage, deadline: deadline, constructing: make, refused: { _ in }) == .full)
        let taken: TryDequeueResult<E> = K._tryDequeue(storage, afterStop: false)
        if case .dequeued = taken {} else { Issue.record("nothing was dequeued from a full queue") }
    }

    /// A queue with room for one element, whose threads wait adaptively.
    private func withQueue<E, K: TestKind>(
        of: E.Type, _: K.Type, _ deadline: Deadline, _ body: (_QueueStorage) throws -> Void
    ) throws {
        let storage = try K._makeStorage(of: E.self, capacity: 1, waiting: .adaptive)
        defer { K._freeStorage(storage, of: E.self) }
        try WaitHistory.isKept(readsClock: !deadline.isImmediate) { try body(storage) }
    }
}
