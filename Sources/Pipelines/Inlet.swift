public import RingQueues

/// Where the elements of one worker come from, whatever kind of queue that is. It holds the worker's lease.
@usableFromInline
@safe
struct Inlet<Element: ~Copyable> {
    // SAFETY: called by Hoard alone, with room for so many.
    /// Moves up to so many elements to there, waiting for the first until the deadline; how many, `nil` at the end.
    @usableFromInline let take: (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?
    /// An element that was taken and will not be worked on: it counts as left in the queue.
    @usableFromInline let undelivered: (consuming Element) -> Void
    /// An element that was worked on in vain.
    @usableFromInline let keep: (consuming Element) -> Void
    /// After the end of the stream: what others than this pipeline did to the queue, if it was not finished.
    @usableFromInline let cut: () -> StageExit?
    /// The worker has ended. If it is the last one of this queue, what is left there is undelivered.
    @usableFromInline let end: () -> Void

    @usableFromInline
    init(
        take: @escaping (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?,
        undelivered: @escaping (consuming Element) -> Void, cut: @escaping () -> StageExit?,
        keep: @escaping (consuming Element) -> Void,
        end: @escaping () -> Void
    ) {
        unsafe self.take = take
        self.undelivered = undelivered
        self.keep = keep
        self.cut = cut
        self.end = end
    }
}

extension Inlet where Element: ~Copyable {
    /// The same, taking in another way.
    @usableFromInline
    func taking(_ take: @escaping (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?) -> Inlet {
        unsafe Inlet(take: take, undelivered: undelivered, cut: cut, keep: keep, end: end)
    }
}

/// Elements that a worker has taken by one call and works on one after the other.
@usableFromInline
@safe
package struct Hoard<Element: ~Copyable>: ~Copyable {
    // SAFETY: memory of its own; those at `next ..< end` are initialized.
    @usableFromInline let memory: UnsafeMutablePointer<Element>
    @usableFromInline var next = 0
    @usableFromInline var end = 0

    /// The most elements that a worker takes at once: 64, fewer of those larger than 16 KiB.
    @inlinable package static var capacity: Int { fitting(64) }

    /// `count` elements, or as many as a mebibyte holds, but at least one.
    @inlinable static func fitting(_ count: Int) -> Int { max(1, min(count, (1 << 20) / MemoryLayout<Element>.stride)) }

    /// - Throws: `QueueError` as the exit's reason if there is no memory. Allocation by Swift would end the process.
    @usableFromInline
    package init() throws(StageExit) {
        let stride = MemoryLayout<Element>.stride
        guard Platform.hasMemory(Self.capacity * stride) else {
            throw .failed(QueueError.outOfMemory(capacity: Self.capacity, slotBytes: stride))
        }
        unsafe memory = .allocate(capacity: Self.capacity)
    }

    @inlinable
    deinit {
        unsafe (memory + next).deinitialize(count: end - next)
        unsafe memory.deallocate()
    }

    @inlinable
    var isEmpty: Bool { next == end }

    /// Takes up to so many new ones, when it is empty; `false` at the end of the stream.
    @inlinable
    mutating func refill(_ inlet: borrowing Inlet<Element>, _ count: Int) -> Bool {
        next = 0
        end = unsafe inlet.take(memory, count, .never) ?? 0
        return end > 0
    }

    /// The same, waiting until the deadline; how many it took, `nil` at the end of the stream.
    mutating func refill(_ inlet: borrowing Inlet<Element>, _ count: Int, until deadline: Deadline) -> Int? {
        next = 0
        end = 0
        guard let taken = unsafe inlet.take(memory, count, deadline) else { return nil }
        end = taken
        return taken
    }

    @inlinable
    mutating func removeFirst() -> Element {
        next += 1
        return unsafe (memory + (next - 1)).move()
    }
}

/// How many elements a worker takes at once: one while its bodies are slow, more when they are quick.
///
/// What is taken together should be done within ten microseconds, by the bodies before; then no element waits longer
/// than that behind another one while a sibling has nothing to do, and the queue's cost disappears where it would show.
@usableFromInline
struct HoardSize {
    @usableFromInline var wanted = 1
    @usableFromInline let most: Int

    @usableFromInline
    init(most: Int) { self.most = most }

    /// So many elements took so many nanoseconds in their bodies.
    @inlinable
    mutating func learn(_ count: Int, _ nanoseconds: Int64) {
        let budget: Int64 = 10_000
        let whole = nanoseconds / Int64(count) &* Int64(wanted)
        if whole > budget {
            wanted = max(1, Int(budget / (nanoseconds / Int64(count))))
        } else if count == wanted && 2 * whole <= budget {
            wanted = min(2 * wanted, most)
        }
    }
}
