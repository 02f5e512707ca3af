public import RingQueues

/// Elements that a worker has taken in one call and processes one after the other.
@usableFromInline
@safe
package struct Hoard<Element: ~Copyable>: ~Copyable {
    // SAFETY: memory of its own; those at `next ..< end` are initialized.
    @usableFromInline let memory: UnsafeMutablePointer<Element>
    @usableFromInline var next = 0
    @usableFromInline var end = 0

    /// The most elements that a worker takes in one call: 64, or fewer if they are larger than 16 KiB.
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

    /// Takes up to this many new elements when it is empty; `false` at the end of the stream.
    @inlinable
    mutating func refill(_ inlet: borrowing Inlet<Element>, _ count: Int) -> Bool {
        next = 0
        end = unsafe inlet.take(memory, count, .never) ?? 0
        return end > 0
    }

    /// The same, waiting until the deadline; returns how many it took, `nil` at the end of the stream.
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

/// How many elements a worker takes in one call: one while its bodies are slow, more when they are quick.
///
/// Judging by the previous bodies, one call takes what they process within ten microseconds. Then no element waits
/// longer than that for the element before it while a sibling is idle, and the cost of the queue is shared by many
/// elements where it would otherwise show.
@usableFromInline
struct HoardSize {
    @usableFromInline var wanted = 1
    @usableFromInline let most: Int

    @usableFromInline
    init(most: Int) { self.most = most }

    /// Notes that this many elements took this many nanoseconds in their bodies.
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
