import CTestSupport
import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Properties of a whole process, and tests that change it: each in a process of its own.
    @Suite struct ProcessTests {
        /// Blocked threads cost nothing. The one test that is timed by its nature: processor time against the clock.
        @Test func blockedThreadsUseNoProcessor() async {
            await #expect(processExitsWith: .success) { try measureBlockedThreads() }
        }

        /// Signals whose handlers interrupt system calls neither end a wait early nor lose anything.
        @Test func signalsDoNotDisturbWaiting() async {
            await #expect(processExitsWith: .success) { try interruptWaiting() }
        }

        /// A signal handler stops a thread anywhere, also between reserve and publish, while others close and drain.
        @Test func closesHoldWhereverAThreadIsStopped() async {
            await #expect(processExitsWith: .success) { try stopThreadsAnywhere() }
        }

        /// A thread of real-time priority waits for one without, on the same processor. Fails for users without the
        /// right: root has it, and others with a limit (`ulimit -r`) of 10.
        @Test func aThreadOfHighPriorityGivesWay() async {
            await #expect(processExitsWith: .success) { try invertPriorities() }
        }

        /// If membarrier(2) is refused, signal and publish have fences of their own.
        @Test func everythingHoldsWithoutMembarrier() async {
            await #expect(processExitsWith: .success) { try runWithoutMembarrier() }
        }
    }
}

private func measureBlockedThreads() throws {
    let seconds = 2
    let dog = Watchdog("blocked threads")
    var used: [String: Int] = [:]
    func check<K: TestKind>(_ kind: K.Type, _ waiting: WaitStrategy, _ rest: () throws -> Void) throws {
        var empty = try Queue.make(of: Int.self, kind: kind, capacity: 4, waiting: waiting)
        var full = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
        let controls = [empty.control, full.control]
        let idle = empty.takeProducer()
        let away = full.takeConsumer()
        var producer = full.takeProducer()
        let consumer = empty.takeConsumer()
        #expect(producer.tryEnqueue(0) == .enqueued)
        var consumers = Threads()
        var producers = Threads()
        for _ in 0..<2 {
            if let more = K.another(consumer) { consumers.start(more) { _ = $0.dequeue() } }
            if let more = K.another(producer) { producers.start(more) { _ = $0.enqueue(1) } }
        }
        consumers.start(consumer) { _ = $0.dequeue() }
        producers.start(producer) { _ = $0.enqueue(1) }
        consumers.waitUntilAsleep()
        producers.waitUntilAsleep()
        let before = (consumers.processorTime(), producers.processorTime())
        try rest()
        used["consumers of \(kind), \(waiting)"] = consumers.processorTime() - before.0
        used["producers of \(kind), \(waiting)"] = producers.processorTime() - before.1
        for control in controls { control.cancel() }
        consumers.join()
        producers.join()
        _ = consume idle
        _ = consume away
    }
    // One inside the other, so that all wait in the same two seconds.
    func nest(_ cases: ArraySlice<(any TestKind.Type, WaitStrategy)>) throws {
        guard let (kind, waiting) = cases.first else {
            sleep(UInt32(seconds))
            return
        }
        try check(kind, waiting) { try nest(cases.dropFirst()) }
    }
    var cases: [(any TestKind.Type, WaitStrategy)] = []
    for kind in Kinds.all {
        for waiting in [.adaptive, .park] as [WaitStrategy] { cases.append((kind, waiting)) }
    }
    try nest(cases[...])
    #expect(used.count == 2 * cases.count)
    for (who, nanoseconds) in used {
        #expect(nanoseconds * 100 < seconds * 1_000_000_000, "\(who) used \(nanoseconds) ns in \(seconds) s")
    }
    dog.stop()
}

private func interruptWaiting() throws {
    #expect(ts_catch_interruptions(0))
    func check<K: TestKind>(_ kind: K.Type) throws {
        for waiting in Kinds.waiting {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            let dog = Watchdog("signals over \(kind), \(waiting)", watching: [queue.control])
            let ended = Counter()
            let sum = Counter()
            let early = Counter()
            var never = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            let held = never.takeProducer()
            var threads = Threads()
            threads.start(queue.takeProducer()) { producer in
                for i in 0..<300 { _ = producer.enqueue(i) }
                ended.add()
            }
            threads.start(queue.takeConsumer()) { consumer in
                while let i = consumer.dequeue() { sum.add(i) }
                ended.add()
            }
            threads.start(never.takeConsumer()) { consumer in
                for _ in 0..<3 {
                    let until = ContinuousClock.now + .milliseconds(3)
                    if consumer.dequeue(until: .at(until)) != .empty || ContinuousClock.now < until { early.add() }
                }
                ended.add()
            }
            while ended.value < 3 {
                threads.interrupt()
                sched_yield()
            }
            threads.join()
            #expect(sum.value == 300 * 299 / 2, "\(kind), \(waiting)")
            #expect(early.value == 0, "\(kind), \(waiting): returned before its time")
            _ = consume held
            dog.stop()
        }
    }
    for kind in Kinds.all { try check(kind) }
    #expect(ts_interruptions() > 0)
}

private func stopThreadsAnywhere() throws {
    #expect(ts_catch_interruptions(30_000))
    func check<K: TestKind>(_ kind: K.Type) throws {
        let dog = Watchdog("\(kind), threads stopped anywhere")
        for shape in Shape.all(for: kind) {
            let race = CloseRace<K, Cargo>(shape)
            let wrong = try race.run(max(400, Settings.races / 250), seed: Settings.seed, dog.watch, interrupting: true)
            #expect(wrong == nil)
        }
        dog.stop()
    }
    for kind in Kinds.all { try check(kind) }
    #expect(ts_interruptions() > 0)
}

private func invertPriorities() throws {
    let processor = [try #require(Platform.affinity.first)]
    func check<K: TestKind>(_ kind: K.Type, _ waiting: WaitStrategy, highProducer: Bool) throws {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
        let dog = Watchdog("priorities over \(kind), \(waiting)", watching: [queue.control])
        // If it waited by yielding, each wait would last as long as the system reserves for other threads, 50 ms.
        let count = 10_000
        let sum = Counter()
        let raised = Counter()
        var threads = Threads()
        func begin(_ isHigh: Bool) {
            Platform.tieThread(to: processor)
            var parameter = sched_param(sched_priority: 10)
            if isHigh, unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) == 0 { raised.add() }
        }
        threads.start(queue.takeProducer()) { producer in
            begin(highProducer)
            for i in 0..<count { _ = producer.enqueue(i) }
        }
        threads.start(queue.takeConsumer()) { consumer in
            begin(!highProducer)
            while let i = consumer.dequeue() { sum.add(i) }
        }
        threads.join()
        try #require(raised.value == 1, "the system lets this user have no thread of real-time priority: be root")
        #expect(sum.value == count * (count - 1) / 2)
        dog.stop()
    }
    for kind in Kinds.all {
        for waiting in [.adaptive, .park] as [WaitStrategy] {
            for highProducer in [false, true] { try check(kind, waiting, highProducer: highProducer) }
        }
    }
}

private func runWithoutMembarrier() throws {
    // A system without this door has to be told apart from a failure of ours.
    try #require(ts_deny_membarrier(), "the system lets no process refuse membarrier to itself")
    try #require(!Platform.hasAsymmetricFence)
    func check<K: TestKind>(_ kind: K.Type) throws {
        let dog = Watchdog("\(kind) without membarrier")
        for shape in Shape.all(for: kind) {
            let wrong = try CloseRace<K, Token>(shape).run(500, seed: Settings.seed, dog.watch)
            #expect(wrong == nil)
        }
        for waiting in Kinds.waiting {
            for calls in Calls.allCases {
                let transfer = Transfer(
                    producers: K.producersCanBeCloned ? 2 : 1, consumers: K.consumersCanBeCloned ? 2 : 1,
                    capacity: 2, calls: calls, waiting: waiting, each: 500)
                if let wrong = try transfer.run(kind, dog.watch) { Issue.record("\(wrong)") }
            }
        }
        dog.stop()
    }
    func wake<K: ManyConsumersKind>(_ kind: K.Type) throws {
        for supply in Supply.allCases { try wakeConsumers(kind, .park, 3, supply) }
        try timedConsumerBesideAPatientOne(kind, rounds: 500)
    }
    func wake<K: ManyProducersKind>(_ kind: K.Type) throws {
        for supply in Supply.allCases { try wakeProducers(kind, .park, 3, supply) }
        try timedProducerBesideAPatientOne(kind, rounds: 500)
    }
    for kind in Kinds.all { try check(kind) }
    for kind in Kinds.manyConsumers { try wake(kind) }
    for kind in Kinds.manyProducers { try wake(kind) }
}
