public import Synchronization

/// Numbers that one thread counts and any thread reads.
///
/// The writer needs a plain load and store for each, on lines of its own; a reader sees each number as it was a moment
/// ago.
@usableFromInline
final class Meter: Sendable {
    /// Where the numbers are, for code that is run for each element: it keeps no count of who holds them.
    @usableFromInline let cells: MeterCells

    @usableFromInline
    init() { cells = MeterCells() }

    deinit { cells.free() }

    /// Only the thread that owns the meter, or one that it was handed to.
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
    // SAFETY: the cells are atomic, and live as long as their meter.
    @usableFromInline let memory: UnsafeMutablePointer<Atomic<Int>>

    /// As many as fit on two lines, which processors fetch together.
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

    /// Adds only if another cell is zero; whether it did.
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

/// What one worker counts for one edge. The first two cells of each side have the same index, for the sums.
@usableFromInline
enum EdgeCell {
    /// Elements that entered (producer's side) or left for a body (consumer's side).
    @usableFromInline static let moved = 0
    /// Elements that were refused (producer's side) or were left at the end (consumer's side).
    @usableFromInline static let undelivered = 1
    /// Nanoseconds of waiting: for room, or for an element.
    @usableFromInline static let blocked = 2
    /// Calls that moved at least one element.
    @usableFromInline static let batches = 3
    /// The most elements seen in the queue.
    @usableFromInline static let highWater = 4
}

/// What one worker counts in its stage.
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
    /// Since when, in nanoseconds on the clock of ``Platform``.
    @usableFromInline static let since = 8
    /// Whether the worker is to emit nothing more. Set by a drain, and so the only cell that another thread writes.
    @usableFromInline static let drained = 9
    /// Whether the worker has seen that: its outlets refuse what it emits from there on.
    @usableFromInline static let refusing = 10
}

/// What a worker is doing.
@usableFromInline
enum Activity: Int {
    case starting, dequeuing, working, enqueuing, ordering, entering, pausing, burying, ended
}
