import Testing

/// An optimized build of a program with large elements takes no longer than one with small ones: the compiler makes the
/// same code of both.
@Suite(.serialized) struct LargeElementTests {
    @Test(arguments: ["SPSC", "MPMC", "CKSPSC"]) func codeDoesNotGrowWithTheElement(kind: String) throws {
        let small = try instructions(elementBytes: 2048, kind)
        let large = try instructions(elementBytes: 16_384, kind)
        #expect(small > 50 && large <= small + 20, "\(small) instructions for 2 KiB, \(large) for 16 KiB")
    }

    @Test func codeOfAPipelineDoesNotGrowWithTheElement() throws {
        let small = try instructions(Self.pipeline(elementBytes: 2048))
        let large = try instructions(Self.pipeline(elementBytes: 16_384))
        #expect(small > 50 && large <= small + 20, "\(small) instructions for 2 KiB, \(large) for 16 KiB")
    }

    private func instructions(elementBytes: Int, _ kind: String) throws -> Int {
        try instructions(Self.program(elementBytes: elementBytes, kind))
    }

    private func instructions(_ program: String) throws -> Int {
        let (status, output) = try Compiler().optimize(text: program)
        try #require(status == 0, "\(output)")
        return output.split(separator: "\n").count { $0.hasPrefix("  ") }
    }

    private static func program(elementBytes: Int, _ kind: String) -> String {
        """
        import RingQueues
        public typealias E = InlineArray<\(elementBytes), UInt8>
        public func send(_ producer: inout Producer<E, \(kind)>, _ value: UInt8) -> Int {
            if case .closed = producer.enqueue(E(repeating: value)) { return 1 }
            if case .closed = producer.enqueue(E(repeating: value), timeout: .seconds(1)) { return 2 }
            switch producer.tryEnqueue(E(repeating: value)) {
            case .enqueued: return 3
            case .full: return 4
            case .closed: return 5
            }
        }
        public func take(_ consumer: inout Consumer<E, \(kind)>) -> UInt8 {
            if let element = consumer.dequeue() { return element[5] }
            if let element = consumer.dequeue(timeout: .seconds(1)).take() { return element[6] }
            switch consumer.tryDequeue() {
            case .dequeued(let element): return element[7]
            case .empty: return 1
            case .closed: return 2
            }
        }
        public func send(_ producer: inout Producer<E, \(kind)>, all elements: Span<E>) -> Bool {
            producer.enqueueBurst(copying: elements) == .closed
        }
        public func send(_ producer: inout Producer<E, \(kind)>, moving elements: inout sending OutputSpan<E>) -> Bool {
            producer.enqueueBurst(moving: &elements) == .closed
        }
        public func take(_ consumer: inout Consumer<E, \(kind)>, all elements: inout OutputSpan<E>) -> Bool {
            consumer.dequeueBurst(into: &elements) == .closed
        }

        """
            + (kind == "SPSC"
                ? """
                public func place(_ producer: inout Producer<E, SPSC>, _ value: UInt8) -> Bool {
                    producer.enqueue { E(repeating: value) } == .closed
                }
                public func use(_ consumer: inout Consumer<E, SPSC>) -> UInt8? { consumer.dequeue { $0[9] }.take() }
                """ : "")
    }

    private static func pipeline(elementBytes: Int) -> String {
        """
        import Pipelines
        public typealias E = InlineArray<\(elementBytes), UInt8>
        public func run(_ store: @escaping @Sendable (UInt8) -> Void) throws {
            try Pipeline("frames", capacity: 4)
                .source("read", of: E.self) { emit in for n in 0..<9 as Range<UInt8> { try emit(E(repeating: n)) } }
                .map("blur", workers: 2) { (frame: consuming E) in
                    frame[1] = frame[2]
                    return frame
                }
                .sink("store") { (frame: consuming E) in store(frame[1]) }
                .run()
        }
        """
    }
}
