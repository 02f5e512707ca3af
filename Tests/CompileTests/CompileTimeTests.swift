import Testing

/// An optimized build of a program takes no longer the larger its elements are: the Swift compiler emits the same code.
/// The test counts that code before LLVM removes unused parts, which takes the time.
@Suite(.serialized) struct CompileTimeTests {
    /// The program inspects a result six times, and the compiler loads every word of an inspected result.
    @Test(arguments: ["SPSC", "ConcurrencyKitMPMC"]) func onlyLooksAtResultsGrowWithTheElement(kind: String) throws {
        let small = try Compiler().countInstructions(text: Self.program(elementBytes: 20_480, kind))
        let large = try Compiler().countInstructions(text: Self.program(elementBytes: 24_576, kind))
        let loads = 6 * 2 * (24_576 - 20_480) / 8
        #expect(small > 50 && large <= small + loads, "\(small) instructions for 20 KiB, \(large) for 24 KiB")
    }

    @Test func codeOfAPipelineDoesNotGrowWithTheElement() throws {
        let small = try Compiler().countInstructions(text: Self.pipeline(elementBytes: 20_480))
        let large = try Compiler().countInstructions(text: Self.pipeline(elementBytes: 24_576))
        #expect(small > 50 && large <= small + 20, "\(small) instructions for 20 KiB, \(large) for 24 KiB")
    }

    private static func program(elementBytes: Int, _ kind: String) -> String {
        """
        import RingQueues
        public typealias E = InlineArray<\(elementBytes), UInt8>
        public func send(_ producer: inout Producer<E, \(kind)>, _ value: UInt8) -> Int {
            if case .closed = producer.enqueue(E(repeating: value)) { return 1 }
            if case .closed = producer.enqueue(E(repeating: value), until: .after(.seconds(1))) { return 2 }
            switch producer.tryEnqueue(E(repeating: value)) {
            case .enqueued: return 3
            case .full: return 4
            case .closed: return 5
            }
        }
        public func take(_ consumer: inout Consumer<E, \(kind)>) -> UInt8 {
            if let element = consumer.dequeue() { return element[5] }
            if let element = consumer.dequeue(until: .after(.seconds(1))).element() { return element[6] }
            switch consumer.tryDequeue() {
            case .dequeued(let element): return element[7]
            case .empty: return 1
            case .closed: return 2
            }
        }
        public func send(_ producer: inout Producer<E, \(kind)>, all elements: Span<E>) -> Bool {
            producer.enqueueBurst(copying: elements) == nil
        }
        public func send(_ producer: inout Producer<E, \(kind)>, moving elements: inout sending OutputSpan<E>) -> Bool {
            producer.enqueueBurst(moving: &elements) == nil
        }
        public func take(_ consumer: inout Consumer<E, \(kind)>, all elements: inout OutputSpan<E>) -> Bool {
            consumer.dequeueBurst(into: &elements) == nil
        }

        """
            + (kind == "SPSC"
                ? """
                public func place(_ producer: inout Producer<E, SPSC>, _ value: UInt8) -> Bool {
                    producer.enqueue { E(repeating: value) } == .closed
                }
                public func use(_ consumer: inout Consumer<E, SPSC>) -> UInt8? { consumer.dequeue { $0[9] } }
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
