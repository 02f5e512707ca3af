/// The elements of a mutex queue: memory for a fixed number of them, used round and round.
///
/// Not taken from another package: a program that depends on this package resolves no other one.
@usableFromInline
@safe
struct CircularBuffer<Element: ~Copyable>: ~Copyable {
    // SAFETY: memory of its own. The `count` places from `head` on, modulo `capacity`, are initialized.
    @usableFromInline let memory: UnsafeMutablePointer<Element>
    @usableFromInline let capacity: Int
    @usableFromInline var head = 0
    @usableFromInline var count = 0

    /// Creates an empty buffer. The caller has checked that the memory is available: an allocation that fails traps.
    init(capacity: Int) {
        unsafe memory = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    /// The queue has destroyed the remaining elements before.
    deinit {
        precondition(count == 0, "a mutex queue is empty before its memory goes")
        unsafe memory.deallocate()
    }

    @inlinable
    var freeCapacity: Int { capacity - count }

    /// Adds an element after the last one.
    ///
    /// - Precondition: there is room.
    @inlinable
    @inline(__always)
    mutating func append(_ element: consuming Element) {
        precondition(count < capacity, "a mutex queue has room for the element")
        let tail = head + count
        unsafe (memory + (tail < capacity ? tail : tail - capacity)).initialize(to: element)
        count += 1
    }

    /// Removes and returns the first element.
    ///
    /// - Precondition: there is one.
    @inlinable
    @inline(__always)
    mutating func removeFirst() -> Element {
        precondition(count > 0, "a mutex queue has an element to take")
        let first = head
        head = first + 1 < capacity ? first + 1 : 0
        count -= 1
        return unsafe (memory + first).move()
    }
}
