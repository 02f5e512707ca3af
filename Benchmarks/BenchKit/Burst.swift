import RingQueues

/// The elements of one call, in memory that is used again for the next: what a program that cares would do. Whatever
/// this costs is paid by every contender.
struct Burst<P: Payload> {
    private var elements: [P]
    private let size: Int

    init(_ size: Int) {
        self.size = size
        elements = []
        elements.reserveCapacity(size)
    }

    /// Makes so many elements.
    @inline(__always)
    mutating func fill(_ count: Int, _ make: (Int) -> P) {
        elements.removeAll(keepingCapacity: true)
        elements.append(addingCapacity: count) { span in
            for i in 0..<count { span.append(make(i)) }
        }
    }

    /// Takes what is there, at least one element. False at the end of the stream.
    @inline(__always)
    mutating func receive<Kind: QueueKind>(_ input: inout Consumer<P, Kind>) -> Bool {
        elements.removeAll(keepingCapacity: true)
        elements.append(addingCapacity: size) { span in _ = input.dequeueBurst(into: &span) }
        return !elements.isEmpty
    }

    /// Sends all, in as many calls as that takes. False if the queue was closed.
    @inline(__always)
    borrowing func send<Kind: QueueKind>(_ out: inout Producer<P, Kind>) -> Bool {
        let span = elements.span
        var sent = 0
        while sent < span.count {
            guard case .enqueued(let moved) = out.enqueueBurst(copying: span.extracting(sent...)) else { return false }
            sent += moved
        }
        return true
    }

    @inline(__always)
    borrowing func forEach(_ body: (P) -> Void) {
        let span = elements.span
        for i in span.indices { body(span[i]) }
    }
}
