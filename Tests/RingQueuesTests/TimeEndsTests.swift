import RingQueues
import TestSupport
import Testing

/// How long a call may wait.
private enum Limit: CustomStringConvertible {
    case now
    case timeout(Duration)
    case deadline(ContinuousClock.Instant)

    static var past: [Limit] {
        [.now] + TimeEnds.past.map { .timeout($0) } + TimeEnds.pastInstants.map { .deadline($0) }
    }
    static var future: [Limit] { TimeEnds.future.map { .timeout($0) } + TimeEnds.futureInstants.map { .deadline($0) } }

    var deadline: Deadline {
        switch self {
        case .now: .now
        case .timeout(let time): .after(time)
        case .deadline(let instant): .at(instant)
        }
    }

    var description: String {
        switch self {
        case .now: "now"
        case .timeout(let time): "timeout \(time)"
        case .deadline(let instant): "deadline \(instant)"
        }
    }
}

/// A call that enqueues one element; returns whether it did.
private typealias Put<K: QueueKind> = (inout Producer<Int, K>, Limit) -> Bool
/// A call that dequeues one element; `nil` if there was none.
private typealias Take<K: QueueKind> = (inout Consumer<Int, K>, Limit) -> Int?

/// Every public call of an end that takes a time, at both ends of the possible times and around zero: in the past, it
/// is one try; in the far future, it waits.
@Suite(.watched) struct TimeEndsTests {
    @Test(arguments: Kinds.all) func everyCallTriesOnceAtAnExpiredDeadline(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws { try past(puts(K.self), takes(K.self)) }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func constructingTriesOnceAtAnExpiredDeadline(
        kind: any SingleProducerKind.Type
    ) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws { try past([construct(K.self)], takes(K.self)) }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func consumingTriesOnceAtAnExpiredDeadline(
        kind: any SingleConsumerKind.Type
    ) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws { try past(puts(K.self), [consume(K.self)]) }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func everyCallWaitsForTheFarFuture(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws { try future(puts(K.self), takes(K.self)) }
        try check(kind)
    }

    @Test(arguments: Kinds.constructing) func constructingWaitsForTheFarFuture(
        kind: any SingleProducerKind.Type
    ) throws {
        func check<K: SingleProducerKind>(_ kind: K.Type) throws { try future([construct(K.self)], []) }
        try check(kind)
    }

    @Test(arguments: Kinds.consuming) func consumingWaitsForTheFarFuture(kind: any SingleConsumerKind.Type) throws {
        func check<K: SingleConsumerKind>(_ kind: K.Type) throws { try future([], [consume(K.self)]) }
        try check(kind)
    }

    @Test func deadlinesSaturate() {
        let now = Platform.nanoseconds
        for limit in TimeEnds.past {
            #expect(Deadline.after(limit).nanoseconds <= Platform.nanoseconds && Deadline.after(limit).isOver)
        }
        for instant in TimeEnds.pastInstants {
            #expect(Deadline.at(instant).nanoseconds <= Platform.nanoseconds && Deadline.at(instant).isOver)
        }
        for limit in TimeEnds.soon { #expect(Deadline.after(limit).nanoseconds > now) }
        for limit in TimeEnds.future.dropFirst() {
            #expect(Deadline.after(limit).nanoseconds == .max && !Deadline.after(limit).isOver)
        }
        for instant in TimeEnds.futureInstants.dropFirst() { #expect(Deadline.at(instant).nanoseconds == .max) }
        #expect(Deadline.after(.seconds(3600)).fixed.nanoseconds < now + 3_700_000_000_000)
        #expect(!Deadline.after(.seconds(3600)).isOver && !Deadline.never.isOver && Deadline.now.isOver)
        let fixed = Deadline.after(.nanoseconds(1)).fixed
        while Platform.nanoseconds < fixed.nanoseconds {}
        #expect(fixed.isOver)
    }

    private func past<K: TestKind>(_ puts: [Put<K>], _ takes: [Take<K>]) throws {
        var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 1)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for limit in Limit.past {
            for take in takes {
                for put in puts {
                    #expect(take(&consumer, limit) == nil, "\(limit)")
                    #expect(put(&producer, limit), "\(limit)")
                    #expect(!put(&producer, limit), "\(limit)")
                    #expect(take(&consumer, limit) == 7, "\(limit)")
                }
            }
        }
    }

    private func future<K: TestKind>(_ puts: [Put<K>], _ takes: [Take<K>]) throws {
        for limit in Limit.future {
            for take in takes {
                var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 1, waiting: .park)
                var producer = queue.takeProducer()
                let seen = Counter()
                var threads = Threads()
                nonisolated(unsafe) let take = take
                threads.start(queue.takeConsumer()) { consumer in seen.add(unsafe take(&consumer, limit) ?? 0) }
                threads.waitUntilAsleep()
                #expect(producer.tryEnqueue(7) == .enqueued)
                threads.join()
                #expect(seen.value == 7, "\(limit)")
            }
            for put in puts {
                var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 1, waiting: .park)
                var producer = queue.takeProducer()
                var consumer = queue.takeConsumer()
                #expect(producer.tryEnqueue(1) == .enqueued)
                let done = Counter()
                var threads = Threads()
                nonisolated(unsafe) let put = put
                threads.start(producer) { producer in done.add(unsafe put(&producer, limit) ? 1 : 0) }
                threads.waitUntilAsleep()
                #expect(consumer.tryDequeue() == .dequeued(1))
                threads.join()
                #expect(done.value == 1 && consumer.tryDequeue() == .dequeued(7), "\(limit)")
            }
        }
    }

    private func puts<K: TestKind>(_ kind: K.Type) -> [Put<K>] {
        [
            { producer, limit in
                producer.enqueue(7, until: limit.deadline).isEnqueued
            },
            { producer, limit in
                do {
                    try producer.enqueueOrThrow(7, until: limit.deadline)
                    return true
                } catch { return false }
            },
            { producer, limit in
                let elements = [7]
                return producer.enqueueBurst(copying: elements.span, until: limit.deadline) == .enqueued(1)
            },
            { producer, limit in
                withOutputSpan(of: Int.self, capacity: 1) { span in
                    span.append(7)
                    return producer.enqueueBurst(moving: &span, until: limit.deadline) == .enqueued(1)
                }
            },
        ]
    }

    private func takes<K: TestKind>(_ kind: K.Type) -> [Take<K>] {
        [
            { consumer, limit in
                consumer.dequeue(until: limit.deadline).element()
            },
            { consumer, limit in
                withOutputSpan(of: Int.self, capacity: 1) { span in
                    _ = consumer.dequeueBurst(into: &span, until: limit.deadline)
                    return span.isEmpty ? nil : span[0]
                }
            },
        ]
    }

    private func construct<K: SingleProducerKind>(_ kind: K.Type) -> Put<K> {
        { producer, limit in
            producer.enqueue(until: limit.deadline) { 7 } == .enqueued
        }
    }

    private func consume<K: SingleConsumerKind>(_ kind: K.Type) -> Take<K> {
        { consumer, limit in
            consumer.dequeue(until: limit.deadline) { $0 }.element()
        }
    }
}
