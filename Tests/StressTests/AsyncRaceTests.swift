import RingQueues
import Synchronization
import TestSupport
import Testing

extension Stress {
    /// Threads and tasks on one queue, while deadlines pass, tasks are cancelled and the queue is closed at any moment.
    @Suite(.watched) struct AsyncRaceTests {
        @Test(arguments: Kinds.all) func everyElementIsDeliveredOrComesBack(kind: any TestKind.Type) async throws {
            func check<K: TestKind>(_ kind: K.Type) async throws {
                var random = Seeded(Settings.seed)
                for _ in 0..<Settings.asyncRaces { try await AsyncRace(kind, random.next()).run() }
            }
            try await check(kind)
        }
    }
}

/// What one end did.
private struct Ledger: Sendable {
    var accepted: [Int] = []
    var received: [Int] = []
}

private struct AsyncRace<K: TestKind> {
    private let seed: UInt64
    private let tally = Tally()
    private let each = 6

    init(_ kind: K.Type, _ seed: UInt64) { self.seed = seed }

    func run() async throws {
        var random = Seeded(seed)
        var queue = try Queue.make(of: Token.self, kind: K.self, capacity: 1 + random.below(3))
        let control = queue.control
        var ends: [Task<Ledger, Never>] = []
        let threads = Mutex(Threads())
        let first = queue.takeProducer()
        let last = queue.takeConsumer()
        if K.producersCanBeCloned { ends.append(start(K.another(first)!, &random, threads, send(1))) }
        ends.append(start(first, &random, threads, send(0)))
        if K.consumersCanBeCloned { ends.append(start(K.another(last)!, &random, threads, take)) }
        ends.append(start(last, &random, threads, take))
        let action = random.below(4)
        for _ in 0..<random.below(6) { await Task.yield() }
        switch action {
        case 0: control.cancel()
        case 1: ends[random.below(ends.count)].cancel()
        case 2: for end in ends { end.cancel() }
        default: break
        }
        var ledger = Ledger()
        for end in ends {
            let own = await end.value
            ledger.accepted += own.accepted
            ledger.received += own.received
        }
        let accepted = Set(ledger.accepted)
        let received = Set(ledger.received)
        #expect(received.count == ledger.received.count, "an element came out twice; seed \(seed)")
        #expect(received.isSubset(of: accepted), "an element came out that was refused; seed \(seed)")
        if action == 3 {
            #expect(received == accepted && accepted.count == each * (K.producersCanBeCloned ? 2 : 1), "seed \(seed)")
        }
        for side in [_QueueSide.producer, .consumer] {
            #expect(control.sleepers(side) == 0 && control.waiters(side) == 0, "a waiter is left; seed \(seed)")
        }
        #expect(tally.alive == 0, "elements are left; seed \(seed)")
    }

    /// Half of the ends belong to a thread, half to a task.
    private func start<End: ~Copyable>(
        _ end: consuming sending End, _ random: inout Seeded, _ threads: borrowing Mutex<Threads>,
        _ body: (async: @Sendable (inout End, UInt64) async -> Ledger, sync: @Sendable (inout End, UInt64) -> Ledger)
    ) -> Task<Ledger, Never> {
        let seed = random.next()
        let handover = Handover(end)
        if random.below(2) == 0 {
            return Task {
                var end = handover.take()
                return await body.async(&end, seed)
            }
        }
        let done = Exchange<Ledger>()
        let count = Counter()
        let sync = body.sync
        threads.withLock {
            $0.start {
                var end: End? = handover.take()
                done.leave(sync(&end!, seed))
                end = nil
                count.add()
            }
        }
        return Task {
            while count.value == 0 { await Task.yield() }
            return done.take()!
        }
    }

    private func send(_ number: Int) -> (
        async: @Sendable (inout Producer<Token, K>, UInt64) async -> Ledger,
        sync: @Sendable (inout Producer<Token, K>, UInt64) -> Ledger
    ) {
        let tally = tally
        let ids = number * each..<(number + 1) * each
        return (
            { producer, seed in
                var ledger = Ledger()
                var random = Seeded(seed)
                for id in ids {
                    var token = Token(id, tally)
                    attempts: while true {
                        switch await producer.enqueue(token, until: random.deadline()) {
                        case .enqueued:
                            ledger.accepted.append(id)
                            break attempts
                        case .closed: return ledger
                        case .full(let back):
                            if Task.isCancelled { return ledger }
                            token = back
                        }
                    }
                }
                return ledger
            },
            { producer, seed in
                var ledger = Ledger()
                var random = Seeded(seed)
                for id in ids {
                    var token = Token(id, tally)
                    attempts: while true {
                        switch producer.enqueue(token, until: random.deadline()) {
                        case .enqueued:
                            ledger.accepted.append(id)
                            break attempts
                        case .closed: return ledger
                        case .full(let back): token = back
                        }
                    }
                }
                return ledger
            }
        )
    }

    private var take:
        (
            async: @Sendable (inout Consumer<Token, K>, UInt64) async -> Ledger,
            sync: @Sendable (inout Consumer<Token, K>, UInt64) -> Ledger
        )
    {
        (
            { consumer, seed in
                var ledger = Ledger()
                var random = Seeded(seed)
                while true {
                    switch await consumer.dequeue(until: random.deadline()) {
                    case .dequeued(let token): ledger.received.append(token.id)
                    case .closed: return ledger
                    case .empty: if Task.isCancelled { return ledger }
                    }
                }
            },
            { consumer, seed in
                var ledger = Ledger()
                var random = Seeded(seed)
                while true {
                    switch consumer.dequeue(until: random.deadline()) {
                    case .dequeued(let token): ledger.received.append(token.id)
                    case .closed: return ledger
                    case .empty: break
                    }
                }
            }
        )
    }
}

extension Seeded {
    /// None, one in the near future, or one that has passed.
    fileprivate mutating func deadline() -> Deadline {
        switch below(4) {
        case 0: .now
        case 1: .after(.nanoseconds(below(200_000)))
        default: .never
        }
    }
}
