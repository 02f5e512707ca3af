import RingQueues

/// The elements of one call, in memory that is reused for the next, as in a program that counts nanoseconds. An array
/// would cost more than a small burst: its calls are not all inlined.
@safe
struct Burst<P: Payload>: ~Copyable {
    // SAFETY: memory of this burst alone, for elements that need not be deinitialized; the first `count` are initialized.
    private let memory: UnsafeMutableBufferPointer<P>
    private var count = 0

    init(_ size: Int) { unsafe memory = .allocate(capacity: size) }

    deinit { unsafe memory.deallocate() }

    /// Makes `count` elements.
    @inline(__always)
    mutating func fill(_ count: Int, _ make: (Int) -> P) {
        for i in 0..<count { unsafe memory.initializeElement(at: i, to: make(i)) }
        self.count = count
    }

    /// Dequeues at least one element, as many as are available and fit. Returns `false` at the end of the stream.
    @inline(__always)
    mutating func receive<Kind: QueueKind>(_ input: inout Consumer<P, Kind>) -> Bool {
        var span = unsafe OutputSpan(buffer: memory, initializedCount: 0)
        _ = input.dequeueBurst(into: &span)
        count = unsafe span.finalize(for: memory)
        return count > 0
    }

    /// Sends all elements, in as many calls as that takes. Returns `false` if the queue was closed.
    @inline(__always)
    borrowing func send<Kind: QueueKind>(_ out: inout Producer<P, Kind>) -> Bool {
        var sent = 0
        while sent < count {
            let rest = unsafe Span(_unsafeStart: memory.baseAddress! + sent, count: count - sent)
            guard let moved = out.enqueueBurst(copying: rest) else { return false }
            sent += moved
        }
        return true
    }

    @inline(__always)
    borrowing func forEach(_ body: (P) -> Void) {
        for i in 0..<count { body(unsafe memory[i]) }
    }
}
