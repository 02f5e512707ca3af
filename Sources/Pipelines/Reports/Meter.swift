public import Synchronization

/// Numbers that one thread counts and any thread reads.
///
/// To count, the writer needs only a plain load and store, on its own cache lines. A reader sees each number as it was a
/// moment ago.
@usableFromInline
final class Meter: Sendable {
    /// The numbers, for code that runs for each element: it uses them without counting references.
    @usableFromInline let cells: MeterCells

    @usableFromInline
    init() { cells = MeterCells() }

    deinit { cells.free() }

    /// Adds to a number. Only for the thread that owns the meter, or one that it was passed to.
    @inlinable
    @inline(__always)
    func add(_ cell: Int, _ more: Int) { cells.add(cell, more) }

    @inlinable
    @inline(__always)
    func set(_ cell: Int, _ value: Int) { cells.set(cell, value) }

    @inlinable
    @inline(__always)
    subscript(_ cell: Int) -> Int { cells[cell] }
}

/// The numbers of a ``Meter``, which outlives every use of them.
@usableFromInline
@safe
struct MeterCells: @unchecked Sendable {
    // SAFETY: owned by the meter, which frees them with its last reference. They are atomic, and relaxed: a reader needs no order.
    @usableFromInline let memory: UnsafeMutablePointer<Atomic<Int>>

    /// The number of cells that fit on two lines, which processors fetch together.
    private static let room = 16

    fileprivate init() {
        let bytes = Self.room * MemoryLayout<Atomic<Int>>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
        unsafe memory = raw.bindMemory(to: Atomic<Int>.self, capacity: Self.room)
        for i in 0..<Self.room { unsafe (memory + i).initialize(to: Atomic(0)) }
    }

    fileprivate func free() {
        unsafe memory.deinitialize(count: Self.room)
        unsafe UnsafeMutableRawPointer(memory).deallocate()
    }

    @inlinable
    @inline(__always)
    func add(_ cell: Int, _ more: Int) {
        unsafe memory[cell].store(memory[cell].load(ordering: .relaxed) &+ more, ordering: .relaxed)
    }

    /// Adds to a number only if another cell is zero; returns whether it did.
    @inlinable
    @inline(__always)
    func add(_ cell: Int, _ more: Int, unless flag: Int) -> Bool {
        guard self[flag] == 0 else { return false }
        add(cell, more)
        return true
    }

    @inlinable
    @inline(__always)
    func set(_ cell: Int, _ value: Int) { unsafe memory[cell].store(value, ordering: .relaxed) }

    @inlinable
    @inline(__always)
    subscript(_ cell: Int) -> Int { unsafe memory[cell].load(ordering: .relaxed) }
}

/// The cells that one worker counts for one edge. The first two cells of each side have the same index, so that they can be
/// summed.
@usableFromInline
enum EdgeCell {
    /// Elements that entered (producer's side) or left for a body (consumer's side).
    @usableFromInline static let moved = 0
    /// Elements that were refused (producer's side) or were left at the end (consumer's side).
    @usableFromInline static let undelivered = 1
    /// Nanoseconds of waiting for room (producer's side) or for an element (consumer's side).
    @usableFromInline static let blocked = 2
    /// Calls that moved at least one element.
    @usableFromInline static let batches = 3
    /// The most elements seen in the queue.
    @usableFromInline static let highWater = 4
}

/// The cells that one worker counts in its stage.
@usableFromInline
enum StageCell {
    @usableFromInline static let taken = 0
    @usableFromInline static let completed = 1
    @usableFromInline static let skipped = 2
    @usableFromInline static let deadLettered = 3
    @usableFromInline static let failed = 4
    @usableFromInline static let retried = 5
    @usableFromInline static let emitted = 6
    /// What the worker is doing: an ``Activity`` and, in the higher bits, the number of the edge that it waits for.
    @usableFromInline static let activity = 7
    /// When it began to do that, in nanoseconds on the clock of ``Platform``.
    @usableFromInline static let since = 8
    /// Whether the worker is to emit nothing more. A drain sets it, so this is the only cell that another thread writes.
    @usableFromInline static let drained = 9
    /// Whether the worker has noticed that: its outlets refuse all later elements.
    @usableFromInline static let refusing = 10
}

/// What a worker is doing.
@usableFromInline
enum Activity: Int {
    case starting, dequeuing, working, enqueuing, ordering, entering, pausing, burying, ended
}
