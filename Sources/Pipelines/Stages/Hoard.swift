public import RingQueues

/// Elements that a worker has taken in one call and processes one after the other.
@usableFromInline
@safe
package struct Hoard<Element: ~Copyable>: ~Copyable {
    // SAFETY: this object owns the memory; the elements at `next ..< end` are initialized.
    @usableFromInline let memory: UnsafeMutablePointer<Element>
    @usableFromInline var next = 0
    @usableFromInline var end = 0

    /// The most elements that a worker takes in one call: 64, or fewer if they are larger than 16 KiB.
    @inlinable package static var capacity: Int { fitting(64) }

    /// `count`, or the number of elements that fit into a mebibyte if that is smaller, but at least one.
    @inlinable static func fitting(_ count: Int) -> Int { max(1, min(count, (1 << 20) / MemoryLayout<Element>.stride)) }

    /// Allocates the memory.
    ///
    /// - Throws: `QueueError` as the exit's reason if memory is short. Swift's own allocation would end the process.
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

    /// Takes up to this many new elements. Call it when the hoard is empty. Returns `false` at the end of the stream.
    @inlinable
    mutating func refill(_ inlet: borrowing Inlet<Element>, _ count: Int) -> Bool {
        next = 0
        end = unsafe inlet.take(memory, count, .never) ?? 0
        return end > 0
    }

    /// Does the same, waiting until the deadline; returns how many it took, `nil` at the end of the stream.
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

/// The number of elements that a worker takes in one call: one while its bodies are slow, more when they are quick.
///
/// One call takes as many elements as the bodies process within ten microseconds, judging by the previous bodies. So no
/// element waits longer than that for the elements before it while a sibling is idle. Where the cost of the queue would show,
/// many elements share it.
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
