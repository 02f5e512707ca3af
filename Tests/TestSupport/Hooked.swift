package import RingQueues
import Synchronization

/// The actions of a test at calls of a ``Hooked`` queue, each once.
package final class Hooks: Sendable {
    package enum Call { case make, tryDequeue, dequeueMany, isReady, close, free }

    /// The hooks of the queues that are made now.
    @TaskLocal package static var current = Hooks()

    private let actions = Synchronization.Mutex<[Call: @Sendable () -> Void]>([:])
    private let made = Synchronization.Mutex<[(kind: String, storage: _QueueStorage)]>([])

    private let asked = Atomic(0)
    private let pretended = Synchronization.Mutex<Int?>(nil)

    package init() {}

    /// The most elements that any call wanted.
    package var mostAsked: Int { asked.load(ordering: .relaxed) }
    fileprivate func asks(for count: Int) { asked.max(count, ordering: .relaxed) }

    /// The count that the queues report from now on, as if it had been true a moment ago.
    package func pretend(count: Int?) { pretended.withLock { $0 = count } }
    fileprivate var count: Int? { pretended.withLock { $0 } }

    /// The memory of the queue that was made last.
    package var storage: _QueueStorage? { made.withLock { $0.last?.storage } }
    /// The kinds of all queues that were made.
    package var kinds: [String] { made.withLock { $0.map(\.kind) } }

    /// Before the next close, or after the next call of another name and before it returns.
    package func once(_ call: Call, _ action: @escaping @Sendable () -> Void) {
        actions.withLock { $0[call] = action }
    }

    /// After the second call of that name from now on, and before it returns.
    package func second(_ call: Call, _ action: @escaping @Sendable () -> Void) {
        once(call) { self.once(call, action) }
    }

    /// Makes a queue with these.
    package func makeQueue<E: ~Copyable, K: QueueKind>(
        of: E.Type, kind: K.Type, capacity: Int
    ) throws -> Queue<E, Hooked<K>> {
        var queue: Queue<E, Hooked<K>>?
        try Self.$current.withValue(self) {
            queue = try Queue.make(of: E.self, kind: Hooked<K>.self, capacity: capacity)
        }
        return queue.take()!
    }

    fileprivate func run(_ call: Call) { actions.withLock { $0.removeValue(forKey: call) }?() }
    fileprivate func note(_ kind: any QueueKind.Type, _ storage: _QueueStorage) {
        made.withLock { $0.append(("\(kind)", storage)) }
    }
}

/// Another kind, with a test's actions at its calls.
package enum Hooked<Base: QueueKind>: QueueKind {
    package static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let base = try Base._makeStorage(of: E.self, capacity: capacity, waiting: waiting)
        Hooks.current.note(Base.self, base)
        Hooks.current.run(.make)
        let held = UnsafeMutablePointer<Held>.allocate(capacity: 1)
        unsafe held.initialize(to: Held(base: base, hooks: Hooks.current))
        return unsafe _QueueStorage(UnsafeMutableRawPointer(held))
    }

    package static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) {
        Base._freeStorage(storage.base, of: E.self)
        storage.hooks.run(.free)
        unsafe storage.held.deinitialize(count: 1)
        unsafe storage.held.deallocate()
    }

    package static func _tryEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E
    ) -> TryEnqueueResult<E> { Base._tryEnqueue(storage.base, element) }

    package static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> { Base._enqueue(storage.base, element, deadline: deadline) }

    package static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        Base._enqueueMany(
            storage.base, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    package static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        defer { storage.hooks.run(.tryDequeue) }
        return Base._tryDequeue(storage.base, afterStop: afterStop)
    }

    package static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> { Base._dequeue(storage.base, deadline: deadline, afterStop: afterStop) }

    package static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        storage.hooks.asks(for: count)
        let result = Base._dequeueMany(
            storage.base, count: count, whole: whole, deadline: deadline, receive: receive)
        if case .dequeued = result { storage.hooks.run(.dequeueMany) }
        return result
    }

    package static func _close(_ storage: _QueueStorage, stop: Bool) {
        storage.hooks.run(.close)
        Base._close(storage.base, stop: stop)
    }

    package static func _isClosed(_ storage: _QueueStorage) -> Bool { Base._isClosed(storage.base) }
    package static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount {
        Base._event(storage.base, side)
    }

    package static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool {
        defer { storage.hooks.run(.isReady) }
        return Base._isReady(storage.base, side, of: E.self)
    }

    package static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        storage.hooks.count ?? Base._count(storage.base, of: E.self)
    }
}

extension Hooked: ManyProducers where Base: ManyProducers {}
extension Hooked: ManyConsumers where Base: ManyConsumers {}

private struct Held {
    let base: _QueueStorage
    let hooks: Hooks
}

extension _QueueStorage {
    // SAFETY: only Hooked asks, whose makeStorage put one there; a constant until freeStorage.
    fileprivate var held: UnsafeMutablePointer<Held> { unsafe pointer.assumingMemoryBound(to: Held.self) }
    fileprivate var base: _QueueStorage { unsafe held.pointee.base }
    fileprivate var hooks: Hooks { unsafe held.pointee.hooks }
}
