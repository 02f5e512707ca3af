import BasicContainers

/// The elements of one call between threads, in memory that is used again for the next.
struct Burst<P: Payload>: ~Copyable {
    private var elements: RigidArray<P>

    init(_ size: Int) { elements = RigidArray(capacity: size) }

    /// Makes as many elements as fit and sends them.
    @inline(__always)
    mutating func send<Out: WaitingProducer & ~Copyable>(_ out: inout Out, _ make: (Int) -> P)
    where Out.Element == P {
        elements.edit { span in
            for i in 0..<span.freeCapacity { span.append(make(i)) }
        }
        out.enqueueAll(&elements)
    }

    /// Takes the available elements and passes them to `body`. False at the end of the stream.
    @inline(__always)
    mutating func receive<In: WaitingConsumer & ~Copyable>(_ input: inout In, _ body: (P) -> Void) -> Bool
    where In.Element == P {
        elements.edit { span in
            _ = input.dequeueBurst(into: &span)
            let count = span.count
            span.moveFirst(count) { body($0) }
            return count > 0
        }
    }
}

extension OutputSpan {
    /// Moves the first elements out; the others move to the front.
    @inline(__always)
    mutating func moveFirst(_ count: Int, _ receive: (consuming Element) -> Void) {
        unsafe withUnsafeMutableBufferPointer { buffer, initialized in
            guard count > 0, let first = buffer.baseAddress else { return }
            for i in 0..<count { unsafe receive((first + i).move()) }
            initialized -= count
            unsafe first.moveInitialize(from: first + count, count: initialized)
        }
    }
}
