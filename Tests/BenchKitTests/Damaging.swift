import MutexQueues
import RingQueues
import Synchronization

/// What a test's queue does to the elements that pass.
final class Damage: Sendable {
    /// The damage of the queues that are made now.
    @TaskLocal static var current = Damage()

    /// By an element's value, the values that go in instead of it.
    private let instead: [Int: [Int]]
    /// The value of the element whose last word is replaced by that of another.
    private let torn: Int?

    /// The capacities of the queues that were made.
    let capacities = Synchronization.Mutex<[Int]>([])

    init(instead: [Int: [Int]] = [:], torn: Int? = nil) {
        self.instead = instead
        self.torn = torn
    }

    /// The words of the elements that go in instead of one.
    fileprivate func words(_ words: [Int]) -> [[Int]] {
        let value = words[0]
        if value == torn { return [words.dropLast() + [~value ^ 1]] }
        guard let values = instead[value] else { return [words] }
        return values.map { value in
            [Int](repeating: value, count: max(words.count - 1, 1)) + (words.count > 1 ? [~value] : [])
        }
    }
}

/// A queue with a mutex that damages payloads on their way in, which the benchmark has to notice.
enum Damaging: ManyProducers, ManyConsumers {
    typealias Base = MutexMPMC

    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        Damage.current.capacities.withLock { $0.append(capacity) }
        let base = try Base._makeStorage(of: E.self, capacity: capacity, waiting: waiting)
        let held = UnsafeMutablePointer<Held>.allocate(capacity: 1)
        unsafe held.initialize(to: Held(base: base, damage: Damage.current))
        return unsafe _QueueStorage(UnsafeMutableRawPointer(held))
    }

    static func _freeStorage<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) {
        Base._freeStorage(storage.base, of: E.self)
        unsafe storage.held.deinitialize(count: 1)
        unsafe storage.held.deallocate()
    }

    static func _tryEnqueue<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E> {
        put(storage, element)
    }

    static func _enqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> TryEnqueueResult<E> {
        put(storage, element)
    }

    static func _enqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        for i in 0..<count { _ = put(storage, element(i)) }
        return .enqueued(count)
    }

    static func _tryDequeue<E: ~Copyable>(_ storage: _QueueStorage, afterStop: Bool) -> TryDequeueResult<E> {
        Base._tryDequeue(storage.base, afterStop: afterStop)
    }

    static func _dequeue<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> TryDequeueResult<E> {
        Base._dequeue(storage.base, deadline: deadline, afterStop: afterStop)
    }

    static func _dequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        Base._dequeueMany(storage.base, count: count, whole: whole, deadline: deadline, receive: receive)
    }

    static func _close(_ storage: _QueueStorage, stop: Bool) { Base._close(storage.base, stop: stop) }
    static func _isClosed(_ storage: _QueueStorage) -> Bool { Base._isClosed(storage.base) }
    static func _event(_ storage: _QueueStorage, _ side: _QueueSide) -> _EventCount { Base._event(storage, side) }

    static func _isReady<E: ~Copyable>(_ storage: _QueueStorage, _ side: _QueueSide, of: E.Type) -> Bool {
        Base._isReady(storage, side, of: E.self)
    }

    static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        Base._count(storage.base, of: E.self)
    }

    /// Waits for room: two elements in the place of one may not find it immediately.
    private static func put<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E> {
        let count = MemoryLayout<E>.size / MemoryLayout<Int>.size
        let memory = UnsafeMutablePointer<E>.allocate(capacity: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.initialize(to: element)
        // SAFETY: payloads of the benchmark consist of words, and nothing else comes here.
        let words = unsafe UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int.self)
        let whole = unsafe Array(UnsafeBufferPointer(start: words, count: count))
        for instead in storage.damage.words(whole) {
            for (i, word) in instead.enumerated() { unsafe words[i] = word }
            guard case .enqueued = unsafe Base._enqueue(storage.base, memory.move(), deadline: .never) else {
                fatalError("a queue was closed while it was damaged")
            }
        }
        return .enqueued
    }
}

private struct Held {
    var base: _QueueStorage
    var damage: Damage
}

extension _QueueStorage {
    // SAFETY: only Damaging asks, whose makeStorage put one there; nothing writes to it before freeStorage.
    fileprivate var held: UnsafeMutablePointer<Held> { unsafe pointer.assumingMemoryBound(to: Held.self) }
    fileprivate var base: _QueueStorage { unsafe held.pointee.base }
    fileprivate var damage: Damage { unsafe held.pointee.damage }
}
