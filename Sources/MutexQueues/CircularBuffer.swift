/// The circular buffer of a mutex queue, with memory for a fixed number of elements.
///
/// It is not from another package, so that a program that depends on this package resolves no other one.
@usableFromInline
@safe
struct CircularBuffer<Element: ~Copyable>: ~Copyable {
    // SAFETY: the buffer owns the memory. The `count` places from `head` on, modulo `capacity`, are initialized.
    @usableFromInline let memory: UnsafeMutablePointer<Element>
    @usableFromInline let capacity: Int
    @usableFromInline var head = 0
    @usableFromInline var count = 0

    /// Creates an empty buffer. The caller must have checked that the memory is available: an allocation that fails traps.
    init(capacity: Int) {
        unsafe memory = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    /// Frees the memory. The queue must have destroyed the remaining elements.
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
