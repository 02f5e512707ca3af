public import RingQueues

/// Another kind, which tells a tally when its queue is stopped, by a control handle or by the last consumer that goes.
/// So the queues themselves need no knowledge of threads that wait for elements to be done.
@usableFromInline
enum WatchedKind<Base: QueueKind>: QueueKind {
    @usableFromInline
    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let base = try Base._makeStorage(of: E.self, capacity: capacity, waiting: waiting)
        let watched = UnsafeMutablePointer<Watched>.allocate(capacity: 1)
        unsafe watched.initialize(to: Watched(base: base, tally: TaskTally()))
        return unsafe _QueueStorage(UnsafeMutableRawPointer(watched))
    }

    @usableFromInline
    static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) {
        Base._freeStorage(storage.base, of: E.self)
        unsafe storage.watched.deinitialize(count: 1)
        unsafe storage.watched.deallocate()
    }

    @usableFromInline
    static func _close(_ storage: _QueueStorage, stop: Bool) {
        Base._close(storage.base, stop: stop)
        if stop { storage.tally.stop() }
    }

    @usableFromInline
    static func _isClosed(_ storage: _QueueStorage) -> Bool { Base._isClosed(storage.base) }

    @usableFromInline
    static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        Base._count(storage.base, of: E.self)
    }

    @inlinable
    static func _tryEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E> {
        Base._tryEnqueue(storage.base, element)
    }

    @inlinable
    static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        Base._enqueue(storage.base, element, deadline: deadline)
    }

    @inlinable
    static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        Base._enqueueMany(
            storage.base, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    @inlinable
    static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        Base._tryDequeue(storage.base, afterStop: afterStop)
    }

    @inlinable
    static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        Base._dequeue(storage.base, deadline: deadline, afterStop: afterStop)
    }

    @inlinable
    static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        Base._dequeueMany(
            storage.base, count: count, whole: whole, deadline: deadline, receive: receive)
    }
}

/// The memory that a watched queue puts in place of the queue's own.
@usableFromInline
struct Watched {
    @usableFromInline let base: _QueueStorage
    @usableFromInline let tally: TaskTally

    init(base: _QueueStorage, tally: TaskTally) {
        self.base = base
        self.tally = tally
    }
}

extension _QueueStorage {
    // SAFETY: only WatchedKind asks, and the ends over it, whose makeStorage put one there; a constant until freeStorage.
    @inlinable
    var watched: UnsafeMutablePointer<Watched> { unsafe pointer.assumingMemoryBound(to: Watched.self) }

    @inlinable
    var base: _QueueStorage { unsafe watched.pointee.base }

    var tally: TaskTally { unsafe watched.pointee.tally }
}
