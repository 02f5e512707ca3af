import CTestSupport
import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Deadlines that pass while elements come: nothing is lost, and a wake that met a thread whose deadline had passed
    /// is handed on to one that still waits.
    @Suite struct TimeoutTests {
        @Test(arguments: Kinds.all) func nothingIsLostToATimeout(kind: any TestKind.Type) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                for capacity in [1, 3] {
                    for waiting in Kinds.waiting { try timedTransfer(kind, capacity, waiting, 2000) }
                }
            }
            try check(kind)
        }

        @Test(arguments: Kinds.manyConsumers) func aTimedOutConsumerHandsItsWakeOn(
            kind: any ManyConsumersKind.Type
        ) throws {
            func check<K: ManyConsumersKind>(_ kind: K.Type) throws {
                try timedConsumerBesideAPatientOne(kind, rounds: 1000)
            }
            try check(kind)
        }

        @Test(arguments: Kinds.manyProducers) func aTimedOutProducerHandsItsWakeOn(
            kind: any ManyProducersKind.Type
        ) throws {
            func check<K: ManyProducersKind>(_ kind: K.Type) throws {
                try timedProducerBesideAPatientOne(kind, rounds: 1000)
            }
            try check(kind)
        }
    }
}

/// Every call of both sides has a time limit of some microseconds, so that many of them run out.
func timedTransfer<K: TestKind>(
    _ kind: K.Type, _ capacity: Int, _ waiting: WaitStrategy, _ each: Int
) throws {
    var queue = try Queue.make(of: Token.self, kind: kind, capacity: capacity, waiting: waiting)
    let dog = Watchdog("timed transfer over \(kind), \(waiting)", watching: [queue.control])
    let producers = K.producersCanBeCloned ? 2 : 1
    let tally = Tally()
    let taken = Counter()
    let sum = Counter()
    func send(_ producer: inout Producer<Token, K>, _ seed: UInt64) {
        var random = Seeded(seed)
        for i in 1...each {
            var token = Token(i, tally)
            sending: while true {
                switch producer.enqueue(token, until: .after(.nanoseconds(random.below(30_000)))) {
                case .enqueued: break sending
                case .full(let back): token = back
                case .closed: return
                }
            }
        }
    }
    func take(_ consumer: inout Consumer<Token, K>, _ seed: UInt64) {
        var random = Seeded(seed)
        while true {
            switch consumer.dequeue(until: .after(.nanoseconds(random.below(30_000)))) {
            case .dequeued(let token):
                taken.add()
                sum.add(token.id)
            case .empty: continue
            case .closed: return
            }
        }
    }
    var threads = Threads()
    do {
        let producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        if let more = K.another(producer) { threads.start(more) { send(&$0, 1) } }
        if let more = K.another(consumer) { threads.start(more) { take(&$0, 2) } }
        threads.start(producer) { send(&$0, 3) }
        threads.start(consumer) { take(&$0, 4) }
    }
    threads.join()
    #expect(taken.value == producers * each, "\(kind)")
    #expect(sum.value == producers * each * (each + 1) / 2, "\(kind)")
    #expect(tally.alive == 0, "\(kind)")
    dog.stop()
}

/// Messages from one thread to the other about its call that may time out.
private enum Answer { static let none = 0, got = 1, timedOut = 2 }

/// One consumer whose deadline passes just when the element comes, and one that waits for good. If the first does not
/// get the element, the second must.
func timedConsumerBesideAPatientOne<K: ManyConsumersKind>(_ kind: K.Type, rounds: Int) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4, waiting: .park)
    let dog = Watchdog("a timed consumer of \(kind)", watching: [queue.control])
    let meeting = Meeting(3)
    let answer = Counter()
    var producer = queue.takeProducer()
    let consumer = queue.takeConsumer()
    var threads = Threads()
    threads.start(consumer.clone()) { consumer in
        for _ in 0..<rounds {
            meeting.meet()
            if consumer.dequeue() == nil { return }
            meeting.meet()
        }
    }
    threads.start(consumer) { consumer in
        var random = Seeded(1)
        for _ in 0..<rounds {
            meeting.meet()
            let result = consumer.dequeue(until: .after(.nanoseconds(random.below(60_000))))
            answer.add(result == .empty ? Answer.timedOut : Answer.got)
            meeting.meet()
        }
    }
    var random = Seeded(2)
    for _ in 0..<rounds {
        dog.watch.progress()
        meeting.meet()
        for _ in 0..<random.below(1500) { ts_pause() }
        #expect(producer.tryEnqueue(0) == .enqueued)
        while answer.value == Answer.none { sched_yield() }
        if answer.value == Answer.got { #expect(producer.enqueue(0) == .enqueued) }
        answer.add(-answer.value)
        meeting.meet()
    }
    threads.join()
    #expect(producer.count == 0)
    dog.stop()
}

/// The same at a full queue.
func timedProducerBesideAPatientOne<K: ManyProducersKind>(_ kind: K.Type, rounds: Int) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2, waiting: .park)
    let dog = Watchdog("a timed producer of \(kind)", watching: [queue.control])
    let meeting = Meeting(3)
    let answer = Counter()
    var producer = queue.takeProducer()
    var consumer = queue.takeConsumer()
    for i in 0..<2 { #expect(producer.tryEnqueue(i) == .enqueued) }
    var threads = Threads()
    threads.start(producer.clone()) { producer in
        for _ in 0..<rounds {
            meeting.meet()
            if !producer.enqueue(0).isEnqueued { return }
            meeting.meet()
        }
    }
    threads.start(producer) { producer in
        var random = Seeded(1)
        for _ in 0..<rounds {
            meeting.meet()
            let result = producer.enqueue(0, until: .after(.nanoseconds(random.below(60_000))))
            answer.add(result == .full(0) ? Answer.timedOut : Answer.got)
            meeting.meet()
        }
    }
    var random = Seeded(2)
    for _ in 0..<rounds {
        dog.watch.progress()
        meeting.meet()
        for _ in 0..<random.below(1500) { ts_pause() }
        #expect(consumer.dequeue() != nil)
        while answer.value == Answer.none { sched_yield() }
        if answer.value == Answer.got { #expect(consumer.dequeue() != nil) }
        answer.add(-answer.value)
        meeting.meet()
    }
    threads.join()
    #expect(consumer.count == 2)
    dog.stop()
}
