/// Holds emitted elements that wait for their turn. The memory grows up to ``bound`` elements and is reused.
@usableFromInline
@safe
final class Outbox<Element: ~Copyable> {
    // SAFETY: the memory is owned by this object; the elements at `first ..< end` are initialized.
    private var memory: UnsafeMutablePointer<Element>
    private var capacity = 1
    private var first = 0
    private var end = 0

    /// The most elements that an outbox holds.
    static var bound: Int { 64 }

    @usableFromInline
    init() { unsafe memory = .allocate(capacity: 1) }

    deinit {
        _ = removeAll()
        unsafe memory.deallocate()
    }

    @usableFromInline
    var isEmpty: Bool { first == end }

    var isFull: Bool { end - first == Self.bound }

    /// - Precondition: the outbox is not full.
    func append(_ element: consuming Element) {
        if end == capacity { makeRoom() }
        unsafe (memory + end).initialize(to: element)
        end += 1
    }

    func removeFirst() -> Element {
        let element = unsafe (memory + first).move()
        first += 1
        if first == end { (first, end) = (0, 0) }
        return element
    }

    /// Destroys all elements; returns how many there were.
    func removeAll() -> Int {
        let count = end - first
        unsafe (memory + first).deinitialize(count: count)
        (first, end) = (0, 0)
        return count
    }

    private func makeRoom() {
        let more = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
        unsafe more.moveInitialize(from: memory + first, count: end - first)
        unsafe memory.deallocate()
        unsafe memory = more
        capacity *= 2
        (first, end) = (0, end - first)
    }
}
