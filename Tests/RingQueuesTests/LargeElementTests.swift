import RingQueues
import TestSupport
import Testing

private let bytes = 1 << 20
private typealias Frame = InlineArray<1_048_576, UInt8>

/// Elements that are larger than the stack, or nearly so.
@Suite(.watched) struct LargeElementTests {
    /// Half the size of one element.
    @Test(arguments: Kinds.constructing) func constructingInPlaceNeedsNoStack(kind: any SingleProducerKind.Type) throws
    {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            let queue = Held(try Queue.make(of: Frame.self, kind: kind, capacity: 2))
            onStack(of: bytes / 2) {
                var producer = queue.takeProducer()
                #expect(producer.tryEnqueue(constructing: { Frame(repeating: 1) }) == .enqueued)
                #expect(producer.enqueue(constructing: { Frame(repeating: 2) }) == .enqueued)
                #expect(producer.tryEnqueue(constructing: { Frame(repeating: 3) }) == .full)
                #expect(
                    producer.enqueue(until: .after(.milliseconds(1)), constructing: { Frame(repeating: 3) }) == .full)
                #expect(producer.enqueue(until: .now, constructing: { Frame(repeating: 3) }) == .full)
                queue.control.cancel()
                #expect(producer.enqueue(constructing: { Frame(repeating: 3) }) == .closed)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func aCloseAfterConstructingNeedsNoStack(
        kind: any SingleProducerKind.Type
    ) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws {
            let queue = Held(try Queue.make(of: Frame.self, kind: kind, capacity: 2))
            onStack(of: bytes / 2) {
                var producer = queue.takeProducer()
                var back: UInt8?
                let result = producer.enqueue(
                    constructing: {
                        queue.control.cancel()
                        return Frame(repeating: 7)
                    }, undelivered: { back = first(of: &$0) })
                #expect(result == .closed && back == 7)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func consumingInPlaceNeedsNoStack(kind: any SingleConsumerKind.Type) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws {
            let queue = Held(try Queue.make(of: Frame.self, kind: kind, capacity: 4))
            onStack(of: 64 * bytes) {
                var producer = queue.takeProducer()
                for i in 1...4 { #expect(producer.tryEnqueue(Frame(repeating: UInt8(i))).isEnqueued) }
            }
            onStack(of: bytes / 2) {
                var consumer = queue.takeConsumer()
                #expect(consumer.tryDequeue { first(of: &$0) } == .dequeued(1))
                #expect(consumer.dequeue { first(of: &$0) } == 2)
                #expect(consumer.dequeue(until: .after(.seconds(1))) { first(of: &$0) } == .dequeued(3))
                #expect(throws: Refusal.self) {
                    try consumer.tryDequeue { (_: inout Frame) throws(Refusal) -> UInt8 in throw Refusal() }
                }
                #expect(consumer.count == 0)
            }
        }
        try check(kind)
    }

    /// Each waits for the other at every element.
    @Test(arguments: Kinds.all) func waitingCallsWakeEachOther(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(
                of: InlineArray<20_480, UInt8>.self, kind: kind, capacity: 1, waiting: .park)
            var threads = Threads()
            threads.start(queue.takeProducer()) { producer in
                for i: UInt8 in 0..<200 { #expect(producer.enqueue(InlineArray(repeating: i)).isEnqueued) }
            }
            var consumer = queue.takeConsumer()
            for i: UInt8 in 0..<200 {
                guard let element = consumer.dequeue() else { break }
                #expect(element[0] == i && element[20_479] == i)
            }
            threads.join()
            #expect(consumer.tryDequeue().element()?[0] == nil)
        }
        try check(kind)
    }

    /// The queue's need beyond the caller's own values on its stack: the argument and the result.
    @Test(arguments: Kinds.all) func byValueNeedsAFewElementsOfStack(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let queue = Held(try Queue.make(of: Frame.self, kind: kind, capacity: 2))
            onStack(of: StackBudget.elements(kind) * bytes) {
                var producer = queue.takeProducer()
                var consumer = queue.takeConsumer()
                for turn: UInt8 in 1...3 {
                    #expect(send(turn, &producer) && sendWaiting(turn &* 3, &producer))
                    #expect(!send(9, &producer), "it was full")
                    #expect(receive(&consumer) == turn && receiveWaiting(&consumer) == turn &* 3)
                    #expect(receive(&consumer) == nil)
                    burst(turn, &producer, &consumer)
                }
                #expect(sendWaiting(5, &producer))
                var left: [UInt8] = []
                consumer.drain { left.append($0[77]) }
                #expect(left == [5] && !sendWaiting(6, &producer))
            }
        }
        try check(kind)
    }
}

private struct Refusal: Error {}

private func first(of frame: inout Frame) -> UInt8 { frame[bytes / 2] }

@inline(never)
private func send<K: TestKind>(_ value: UInt8, _ producer: inout Producer<Frame, K>) -> Bool {
    producer.tryEnqueue(Frame(repeating: value)).isEnqueued
}

@inline(never)
private func sendWaiting<K: TestKind>(_ value: UInt8, _ producer: inout Producer<Frame, K>) -> Bool {
    producer.enqueue(Frame(repeating: value), until: .after(.seconds(9))).isEnqueued
}

@inline(never)
private func receive<K: TestKind>(_ consumer: inout Consumer<Frame, K>) -> UInt8? {
    if case .dequeued(let frame) = consumer.tryDequeue() { frame[bytes - 1] } else { nil }
}

@inline(never)
private func receiveWaiting<K: TestKind>(_ consumer: inout Consumer<Frame, K>) -> UInt8? {
    guard let frame = consumer.dequeue() else { return nil }
    return frame[3]
}

@inline(never)
private func burst<K: TestKind>(
    _ value: UInt8, _ producer: inout Producer<Frame, K>, _ consumer: inout Consumer<Frame, K>
) {
    let memory = UnsafeMutableBufferPointer<Frame>.allocate(capacity: 2)
    defer { unsafe memory.deallocate() }
    unsafe memory.update(repeating: Frame(repeating: value))
    // SAFETY: the memory outlives both spans; bytes need no destruction.
    var sent = unsafe OutputSpan(buffer: memory, initializedCount: 2)
    #expect(producer.tryEnqueueBurst(moving: &sent) == .enqueued(2))
    #expect(consumer.tryDequeueBurst(into: &sent) == .dequeued(2))
    #expect(producer.enqueueBurst(copying: sent.span) == 2)
    sent.removeAll()
    #expect(consumer.dequeueBurst(into: &sent) == 2)
    #expect(sent.count == 2 && sent[1][bytes - 1] == value)
}

/// A queue for two threads, one after the other.
private final class Held<K: QueueKind>: @unchecked Sendable {
    // SAFETY: each end is taken by one thread, and the test waits for that thread before it starts the next.
    private var queue: Queue<Frame, K>
    let control: QueueControl

    init(_ queue: consuming Queue<Frame, K>) {
        control = queue.control
        self.queue = queue
    }

    func takeProducer() -> Producer<Frame, K> { queue.takeProducer() }
    func takeConsumer() -> Consumer<Frame, K> { queue.takeConsumer() }
}

/// How many elements fit on the stack of a thread that calls by value: the article Performance has the numbers of the
/// kind, and the calls here have some themselves.
private enum StackBudget {
    static func elements(_ kind: any QueueKind.Type) -> Int { kind is any SlotKind.Type ? 8 : 20 }
}
