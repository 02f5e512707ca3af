import Glibc

/// Memory with one owner and a fixed size, filled from the front.
@safe
struct Buffer: ~Copyable, @unchecked Sendable {
    // SAFETY: the value owns the memory from init to deinit, and only its owner can reach it. It goes from one thread to
    // the next by moving the value through a queue, which orders the accesses (publish before claim).
    private let memory: UnsafeMutablePointer<UInt8>
    let capacity: Int
    /// Bytes in use.
    private(set) var count = 0

    init(capacity: Int) throws(Failure) {
        guard let memory = unsafe malloc(capacity) else { throw Failure(nil, errno: ENOMEM) }
        unsafe self.memory = memory.assumingMemoryBound(to: UInt8.self)
        self.capacity = capacity
    }

    deinit { unsafe Glibc.free(memory) }

    var free: Int { capacity - count }

    /// The bytes in use.
    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: memory, count: count) }

    subscript(index: Int) -> UInt8 {
        precondition(index < count, "byte \(index) of a buffer of \(count)")
        return unsafe memory[index]
    }

    mutating func clear() { count = 0 }

    /// Lets `body` write into the free bytes; it returns how many bytes it wrote.
    mutating func append<E: Error>(_ body: (UnsafeMutableBufferPointer<UInt8>) throws(E) -> Int) throws(E) {
        let written = try unsafe body(UnsafeMutableBufferPointer(start: memory + count, count: free))
        precondition(written >= 0 && written <= free, "\(written) bytes written where \(free) were free")
        count += written
    }

    /// Appends the last bytes of `other`, at most `limit` of them.
    mutating func append(last limit: Int, of other: borrowing Buffer) {
        let size = min(limit, other.count)
        precondition(size <= free, "\(size) bytes do not fit where \(free) are free")
        // SAFETY: the two buffers have different owners, so different memory; both ranges were checked.
        unsafe memcpy(memory + count, other.memory + other.count - size, size)
        count += size
    }
}
