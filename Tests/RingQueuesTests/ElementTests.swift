import RingQueues
import TestSupport
import Testing

private struct Nothing: Equatable {}

private struct Bytes<let size: Int> {
    var bytes: InlineArray<size, UInt8>
    init(_ i: Int) { bytes = InlineArray { UInt8(truncatingIfNeeded: i &* 31 &+ $0) } }

    func isMade(of i: Int) -> Bool {
        bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: i &* 31 &+ $0) }
    }
}

private struct Words {
    var a: Int, b: UInt8, c: Double
}

/// Cannot be moved by copying its bits: the runtime knows the address of a weak reference.
private struct Weak {
    weak var witness: Witness?
}

/// The same, and cannot be copied either.
private struct WeakAndUnique: ~Copyable {
    weak var witness: Witness?
    let token: Token
}

private enum Choice: Equatable {
    case none, one(Int), text(String)

    init(of i: Int) { self = [.none, .one(i), .text("\(i)")][i % 3] }
}

/// Elements of every size, alignment and way of being moved go through every kind.
@Suite(.watched) struct ElementTests {
    /// Around the ring several times by every call, with elements that are left to the last end.
    private func roundTrip<K: TestKind, E: ~Copyable>(
        _ kind: K.Type, _ make: (Int) -> sending E, _ isMade: (borrowing E, Int) -> Bool
    ) throws {
        let capacity = 5
        var queue = try Queue.make(of: E.self, kind: kind, capacity: capacity)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for round in 0..<4 {
            for i in 0..<capacity { #expect(producer.tryEnqueue(make(i)).isEnqueued == true, "\(kind) \(E.self)") }
            switch producer.tryEnqueue(make(99)) {
            case .full(let back): #expect(isMade(back, 99) == true, "\(kind) \(E.self)")
            default: Issue.record("not full")
            }
            for i in 0..<round + 1 {
                guard let element = consumer.dequeue() else { continue }
                #expect(isMade(element, i) == true, "\(kind) \(E.self)")
            }
            withOutputSpan(of: E.self, capacity: capacity) { span in
                #expect(consumer.tryDequeueBurst(into: &span) == .dequeued(capacity - round - 1).orEmpty)
                for i in span.indices { #expect(isMade(span[i], i + round + 1) == true, "\(kind) \(E.self)") }
            }
            withSendingOutputSpan(of: E.self, capacity: capacity) { span in
                for i in 0..<capacity - round - 1 { span.append(make(i)) }
                let result = producer.tryEnqueueBurst(moving: &span)
                #expect(result == .enqueued(capacity - round - 1))
            }
            consumer.take(capacity - round - 1)
            #expect(consumer.count == 0)
            _ = producer.tryEnqueue(make(7))
            consumer.take(1)
        }
        for i in 0..<3 { _ = producer.tryEnqueue(make(i)) }
    }

    @Test(arguments: Kinds.all) func everySize(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            try roundTrip(kind, { _ in Nothing() }, { $0 == Nothing() && $1 >= 0 })
            try roundTrip(kind, { Bytes<1>($0) }, { $0.isMade(of: $1) })
            try roundTrip(kind, { Bytes<3>($0) }, { $0.isMade(of: $1) })
            try roundTrip(kind, { $0 }, { $0 == $1 })
            try roundTrip(kind, { Bytes<24>($0) }, { $0.isMade(of: $1) })
            try roundTrip(kind, { Bytes<100>($0) }, { $0.isMade(of: $1) })
            try roundTrip(kind, { Bytes<4096>($0) }, { $0.isMade(of: $1) })
            try roundTrip(
                kind, { Words(a: $0, b: UInt8($0), c: Double($0)) },
                { $0.a == $1 && $0.b == UInt8($1) && $0.c == Double($1) })
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func everyAlignment(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            #expect(MemoryLayout<SIMD8<Double>>.alignment >= 16)
            try roundTrip(kind, { SIMD2<Double>(repeating: Double($0)) }, { $0[1] == Double($1) })
            try roundTrip(kind, { SIMD8<Double>(repeating: Double($0)) }, { $0[7] == Double($1) })
            try roundTrip(kind, { SIMD16<Double>(repeating: Double($0)) }, { $0[15] == Double($1) })
            try roundTrip(kind, { Optional(SIMD64<UInt8>(repeating: UInt8($0))) }, { $0?[63] == UInt8($1) })
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func referencesAndValuesThatHoldThem(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            try roundTrip(kind, { Witness($0, tally) }, { $0.id == $1 })
            try roundTrip(kind, { Optional(Witness($0, tally)) }, { $0?.id == $1 })
            try roundTrip(kind, { [Witness($0, tally)] }, { $0.first?.id == $1 })
            try roundTrip(kind, { "a text too long to fit into the value itself: \($0)" }, { $0.hasSuffix(": \($1)") })
            try roundTrip(kind, { "\($0)" }, { $0 == "\($1)" })
            try roundTrip(kind, { Choice(of: $0) }, { $0 == Choice(of: $1) })
            #expect(tally.created > 0 && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func closuresAndExistentials(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            try roundTrip(
                kind,
                { i -> @Sendable () -> Int in
                    let witness = Witness(i, tally)
                    return { witness.id }
                }, { $0() == $1 })
            try roundTrip(kind, { i -> any Sendable in Witness(i, tally) }, { ($0 as? Witness)?.id == $1 })
            try roundTrip(kind, { i -> any Sendable in Bytes<100>(i) }, { ($0 as? Bytes<100>)?.isMade(of: $1) == true })
            try roundTrip(
                kind, { i -> any Error in QueueError.invalidCapacity(i) },
                { $0 as? QueueError == .invalidCapacity($1) })
            #expect(tally.created > 0 && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func valuesThatCannotBeCopied(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            try roundTrip(kind, { Token($0, tally) }, { $0.id == $1 })
            #expect(tally.created > 0 && tally.alive == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func valuesWhoseBitsCannotBeMoved(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let tally = Tally()
            let held = (0..<100).map { Witness($0, tally) }
            try roundTrip(kind, { Weak(witness: held[$0]) }, { $0.witness?.id == $1 })
            try roundTrip(
                kind, { WeakAndUnique(witness: held[$0], token: Token($0, tally)) },
                { $0.witness?.id == $1 && $0.token.id == $1 })
            #expect(tally.alive == held.count)
        }
        try check(kind)
    }
}

extension TryDequeueManyResult {
    /// A burst of none from an empty queue.
    fileprivate var orEmpty: TryDequeueManyResult { self == .dequeued(0) ? .empty : self }
}

extension Consumer where Element: ~Copyable {
    fileprivate mutating func take(_ count: Int) {
        for _ in 0..<count { _ = dequeue(until: .after(.zero)) }
    }
}
