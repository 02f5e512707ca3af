public import RingQueues

/// Another kind, which tells a tally when its queue is stopped. By whomever: a control handle, or the last consumer that
/// goes. So the queues themselves know nothing of those who wait for elements to be done.
@usableFromInline
enum WatchedKind<Base: QueueKind>: QueueKind {
    @usableFromInline
    static func makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: any WaitStrategy.Type
    ) throws(QueueError) -> QueueStorage {
        let base = try Base.makeStorage(of: E.self, capacity: capacity, waiting: waiting)
        let watched = UnsafeMutablePointer<Watched>.allocate(capacity: 1)
        unsafe watched.initialize(to: Watched(base: base, tally: TaskTally()))
        return unsafe QueueStorage(UnsafeMutableRawPointer(watched))
    }

    @usableFromInline
    static func freeStorage<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) {
        Base.freeStorage(storage.base, of: E.self)
        unsafe storage.watched.deinitialize(count: 1)
        unsafe storage.watched.deallocate()
    }

    @usableFromInline
    static func close(_ storage: QueueStorage, stop: Bool) {
        Base.close(storage.base, stop: stop)
        if stop { storage.tally.stop() }
    }

    @usableFromInline
    static func isClosed(_ storage: QueueStorage) -> Bool { Base.isClosed(storage.base) }

    @usableFromInline
    static func count<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) -> Int {
        Base.count(storage.base, of: E.self)
    }

    @inlinable
    static func tryEnqueue<E: ~Copyable>(_ storage: QueueStorage, _ element: consuming E) -> EnqueueResult<E> {
        Base.tryEnqueue(storage.base, element)
    }

    @inlinable
    static func enqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E> {
        Base.enqueue(storage.base, element, deadline: deadline)
    }

    @inlinable
    static func enqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        Base.enqueueMany(
            storage.base, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    @inlinable
    static func tryDequeue<E: ~Copyable>(_ storage: QueueStorage, afterStop: Bool) -> DequeueResult<E> {
        Base.tryDequeue(storage.base, afterStop: afterStop)
    }

    @inlinable
    static func dequeue<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E> {
        Base.dequeue(storage.base, deadline: deadline, afterStop: afterStop)
    }

    @inlinable
    static func dequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        Base.dequeueMany(
            storage.base, count: count, whole: whole, deadline: deadline, receive: receive)
    }
}

/// What stands where a watched queue's memory is looked for.
@usableFromInline
struct Watched {
    @usableFromInline let base: QueueStorage
    @usableFromInline let tally: TaskTally

    init(base: QueueStorage, tally: TaskTally) {
        self.base = base
        self.tally = tally
    }
}

extension QueueStorage {
    // SAFETY: only WatchedKind asks, and the ends over it, whose makeStorage put one there; a constant until freeStorage.
    @inlinable
    var watched: UnsafeMutablePointer<Watched> { unsafe pointer.assumingMemoryBound(to: Watched.self) }

    @inlinable
    var base: QueueStorage { unsafe watched.pointee.base }

    var tally: TaskTally { unsafe watched.pointee.tally }
}
