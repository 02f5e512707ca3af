import CRings
import RingQueues
import TestSupport
import Testing

/// An element of some number of bytes that knows its number.
private protocol Numbered: BitwiseCopyable, Sendable {
    init(_ number: Int)
    /// Whether it is the element with that number, as far as it has room to know.
    func isElement(_ number: Int) -> Bool
}

extension Numbered where Self: FixedWidthInteger {
    fileprivate init(_ number: Int) { self.init(truncatingIfNeeded: number) }
    fileprivate func isElement(_ number: Int) -> Bool { self == Self(truncatingIfNeeded: number) }
}
extension UInt8: Numbered {}
extension UInt16: Numbered {}
extension UInt32: Numbered {}
extension Int: Numbered {}

/// `count` words, the number in the first and the last.
private struct Words<let count: Int>: Numbered {
    private var words: InlineArray<count, Int>

    init(_ number: Int) {
        words = .init(repeating: -1)
        words[0] = number
        words[count - 1] = ~number
    }

    func isElement(_ number: Int) -> Bool { words[count - 1] == ~number && (count == 1 || words[0] == number) }
}

private struct Aligned: Numbered {
    private var vector: SIMD4<Int>
    init(_ number: Int) { vector = SIMD4(number, number + 1, number + 2, number + 3) }
    func isElement(_ number: Int) -> Bool { vector == SIMD4(number, number + 1, number + 2, number + 3) }
}

private struct Nothing: Numbered {
    init(_ number: Int) {}
    func isElement(_ number: Int) -> Bool { true }
}

/// The stamped ring puts small elements into groups of a line: every size and capacity must come out as it went in, over
/// more laps than an eight-bit stamp can count.
@Suite struct LayoutTests {
    @Test func groupsFillTheirLines() {
        func layout(_ bytes: Int, _ alignment: Int = 8) -> String {
            let layout = rq_layout_of(bytes, alignment)
            return "\(layout.per_group) in \(layout.bytes) from \(layout.first)"
        }
        #expect(layout(1, 1) == "8 in 16 from 8")
        #expect(layout(2, 2) == "8 in 32 from 8")
        #expect(layout(4, 4) == "6 in 32 from 8")
        #expect(layout(8) == "7 in 64 from 8")
        #expect(layout(16) == "3 in 64 from 8")
        #expect(layout(16, 16) == "3 in 64 from 16")
        #expect(layout(24) == "2 in 64 from 8")
        #expect(layout(32) == "1 in 40 from 8")
        #expect(layout(32, 32) == "1 in 64 from 32")
        #expect(layout(56) == "1 in 64 from 8")
        #expect(layout(256) == "1 in 264 from 8")
    }

    @Test func theBytesOfAGroupAreCountedIn64Bits() {
        let four = 1 << 32
        for (stride, bytes) in [
            (four - 16, four - 8), (four - 8, four), (four - 7, four + 8), (four - 1, four + 8), (four, four + 8),
            (four + 8, four + 16), (1 << 62, 1 << 62 + 8), (Int.max - 23, Int.max - 15), (Int.max - 15, Int.max - 7),
        ] {
            let layout = rq_layout_of(stride, 8)
            #expect(layout.per_group == 1 && layout.bytes == bytes && layout.first == 8 && layout.stride == stride)
        }
        // More than an address space has, or than Int counts.
        for stride in [Int.max - 14, Int.max - 7, Int.max - 1, Int.max, Int.min, Int.min + 8, -8, -1] {
            #expect(rq_layout_of(stride, 8).bytes == Int.max)
        }
        #expect(rq_layout_of(four, four).bytes == 2 * four && rq_layout_of(four, four).first == four)
        #expect(rq_layout_of(1 << 62, 1 << 62).bytes == Int.max)
    }

    @Test func slotsBeyondFourGibibytesAreApart() throws {
        let layout = rq_layout_of(1 << 32, 8)
        guard let q = unsafe rq_stamped_create(2, layout, 8, RQ_POLICY_PARK) else { return }
        defer { unsafe rq_gate_free(&q.pointee.gate) }
        let first = unsafe rq_place_element(rq_stamped_place(q, 0, layout), layout)
        let second = unsafe rq_place_element(rq_stamped_place(q, 2, layout), layout)
        #expect(unsafe second - first == 1 << 32 + 8)
        // System memory that was never touched: a write at one end is not visible at the other.
        let last = unsafe (second + (1 << 32 - 1)).assumingMemoryBound(to: UInt8.self)
        unsafe last.pointee = 1
        #expect(unsafe first.load(as: UInt8.self) == 0 && second.load(as: UInt8.self) == 0 && last.pointee == 1)
        guard let index = unsafe rq_index_create(2, 1 << 32, 8, RQ_POLICY_PARK) else { return }
        defer { unsafe rq_gate_free(&index.pointee.gate) }
        #expect(unsafe rq_index_slot(index, 1, 1 << 32) - rq_index_slot(index, 0, 1 << 32) == 1 << 32)
    }

    @Test func theLargestQueueHasRoomForItsPositions() throws {
        // Untouched memory costs nothing; if even that is refused there is nothing to test.
        guard let q = unsafe rq_stamped_create(UInt32(RQ_CAPACITY_MAX), rq_layout_of(8, 8), 8, RQ_POLICY_PARK) else {
            return
        }
        defer { unsafe rq_gate_free(&q.pointee.gate) }
        let last = unsafe q.pointee.gate.end - 1
        let position = 2 * UInt64(last)
        #expect(unsafe rq_stamped_index(q, position) == last)
        let next = unsafe rq_stamped_after(q, position, 1, q.pointee.layout)
        #expect(unsafe rq_stamped_index(q, next) == 0 && rq_stamped_lap(q, next) == rq_stamped_lap(q, position) &+ 2)
    }

    @Test func everySizeComesOutAsItWentIn() throws {
        try walk(UInt8.self)
        try walk(UInt16.self)
        try walk(UInt32.self)
        try walk(Int.self)
        try walk(Words<2>.self)
        try walk(Words<3>.self)
        try walk(Words<4>.self)
        try walk(Words<7>.self)
        try walk(Words<33>.self)
        try walk(Aligned.self)
        try walk(Nothing.self)
    }

    private func walk<E: Numbered>(_ type: E.Type) throws {
        for capacity in [1, 2, 3, 5, 6, 7, 8, 13, 14, 15, 22] {
            try walk(type, MPMC.self, capacity)
            try walk(type, MPSC.self, capacity)
            try walk(type, SPMC.self, capacity)
        }
    }

    /// Elements go in and out, one by one and in bursts that cut groups in every place.
    private func walk<E: Numbered, K: QueueKind>(_ type: E.Type, _ kind: K.Type, _ capacity: Int) throws {
        var queue = try Queue.make(of: E.self, kind: kind, capacity: capacity)
        let control = queue.control
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        var random = Seeded(UInt64(capacity))
        var (made, taken) = (0, 0)
        while taken < 300 * capacity {
            let count = 1 + random.below(capacity + 2)
            if count == 1 {
                let full = made - taken == capacity
                if case .enqueued = producer.tryEnqueue(E(made)) {
                    #expect(!full)
                    made += 1
                } else {
                    #expect(full)
                }
            } else {
                let elements = (made..<made + count).map { E($0) }
                let room = min(count, capacity - made + taken)
                let result = producer.tryEnqueueBurst(copying: elements.span)
                #expect(result == (room == 0 ? .full : .enqueued(room)))
                made += room
            }
            #expect(control.count == made - taken)
            let wanted = 1 + random.below(capacity + 2)
            let ready = min(wanted, made - taken)
            if wanted == 1 {
                if case .dequeued(let element) = consumer.tryDequeue() {
                    #expect(element.isElement(taken))
                    taken += 1
                } else {
                    #expect(ready == 0)
                }
            } else {
                let elements = withOutputSpan(of: E.self, capacity: wanted) { span in
                    _ = consumer.tryDequeueBurst(into: &span)
                    return (0..<span.count).map { span[$0] }
                }
                #expect(elements.count == ready)
                for (i, element) in elements.enumerated() where !element.isElement(taken + i) {
                    Issue.record("\(E.self), capacity \(capacity): not element \(taken + i)")
                    return
                }
                taken += ready
            }
        }
        producer.finish()
        while case .dequeued(let element) = consumer.tryDequeue() {
            #expect(element.isElement(taken))
            taken += 1
        }
        #expect(taken == made)
    }
}
