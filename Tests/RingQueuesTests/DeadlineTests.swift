import RingQueues
import TestSupport
import Testing

/// Times that have expired before they begin, and times that never come.
private let over: [Duration] = [
    .zero, .nanoseconds(-1), .seconds(-1), .seconds(Int64.min),
    Duration(secondsComponent: .min, attosecondsComponent: 0),
]
private let endless: [Duration] = [
    .seconds(3600), .seconds(Int64.max / 1_000_000_000), .seconds(Int64.max / 1_000_000_000 + 1), .seconds(Int64.max),
    Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
]

@Suite(.watched) struct DeadlineTests {
    @Test(arguments: Kinds.all, Kinds.waiting)
    func expiredDeadlineTriesOnce(kind: any TestKind.Type, waiting: WaitStrategy) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for timeout in over {
                #expect(consumer.dequeue(until: .after(timeout)) == .empty)
                #expect(producer.enqueue(1, until: .after(timeout)) == .enqueued)
                #expect(producer.enqueue(2, until: .after(timeout)) == .full(2))
                #expect(consumer.dequeue(until: .after(timeout)) == .dequeued(1))
            }
            for deadline in [ContinuousClock.now, .now - .seconds(1), .now - .seconds(1 << 40)] {
                #expect(consumer.dequeue(until: .at(deadline)) == .empty)
                #expect(producer.enqueue(1, until: .at(deadline)) == .enqueued)
                #expect(producer.enqueue(2, until: .at(deadline)) == .full(2))
                #expect(consumer.dequeue(until: .at(deadline)) == .dequeued(1))
            }
            _ = consume producer
            for timeout in over { #expect(consumer.dequeue(until: .after(timeout)) == .closed) }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all, Kinds.waiting)
    func noCallReturnsBeforeItsTime(kind: any TestKind.Type, waiting: WaitStrategy) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for time in [Duration.nanoseconds(1), .microseconds(50), .milliseconds(2)] {
                var until = ContinuousClock.now + time
                #expect(consumer.dequeue(until: .at(until)) == .empty)
                #expect(ContinuousClock.now >= until)
                until = .now + time
                #expect(consumer.dequeue(until: .after(time)) == .empty)
                #expect(ContinuousClock.now >= until)
                #expect(producer.tryEnqueue(0) == .enqueued)
                until = .now + time
                #expect(producer.enqueue(1, until: .at(until)) == .full(1))
                #expect(ContinuousClock.now >= until)
                until = .now + time
                #expect(producer.enqueue(1, until: .after(time)) == .full(1))
                #expect(ContinuousClock.now >= until)
                #expect(consumer.tryDequeue() == .dequeued(0))
            }
        }
        try check(kind)
    }

    /// A time beyond the range that can be counted is a wait that ends when the element comes.
    @Test(arguments: Kinds.all, endless) func anEndlessTimeWaits(kind: any TestKind.Type, time: Duration) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var there = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var back = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = there.takeProducer()
            var consumer = back.takeConsumer()
            var threads = Threads()
            threads.start(there.takeConsumer(), back.takeProducer()) { input, output in
                while case .dequeued(let i) = input.dequeue(until: .after(time)) {
                    if output.enqueue(2 * i, until: .after(time)) != .enqueued { return }
                }
            }
            threads.waitUntilAsleep()
            #expect(producer.enqueue(1) == .enqueued)
            #expect(producer.enqueue(2, until: .after(time)) == .enqueued)
            #expect(producer.enqueue(3, until: .at(.now + .seconds(3600))) == .enqueued)
            #expect(consumer.dequeue(until: .after(time)) == .dequeued(2))
            #expect(consumer.dequeue(until: .at(.now + .seconds(1 << 40))) == .dequeued(4))
            #expect(consumer.dequeue() == 6)
            _ = consume producer
            #expect(consumer.dequeue(until: .after(time)) == .closed)
            threads.join()
        }
        try check(kind)
    }

    @Test func deadlinesAreNanosecondsOnTheClockOfTheRings() {
        #expect(Deadline.never.nanoseconds == .max)
        for time in over { #expect(Deadline.after(time).nanoseconds <= Platform.nanoseconds) }
        for time in endless.dropFirst() { #expect(Deadline.after(time).nanoseconds == .max) }
        let now = Platform.nanoseconds
        #expect(Deadline.after(.seconds(5)).nanoseconds >= now + 5_000_000_000)
        #expect(Deadline.at(.now + .seconds(5)).nanoseconds >= now + 4_999_000_000)
        // Rounded up: half a nanosecond has not expired yet.
        #expect(Deadline.after(Duration(secondsComponent: 0, attosecondsComponent: 1)).nanoseconds > now)
    }
}
