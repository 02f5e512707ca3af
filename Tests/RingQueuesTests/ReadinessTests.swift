import Glibc
import RingQueues
import TestSupport
import Testing

/// Actions and descriptors that tell when a queue is ready.
@Suite(.watched) struct ReadinessTests {
    @Test(arguments: Kinds.all) func anActionIsCalledOnceForManyElements(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let calls = Counter()
            for round in 1...3 {
                consumer.onReady { calls.add() }
                #expect(calls.value == round - 1 && queue.control.sleepers(.consumer) == 1)
                for i in 0..<3 { #expect(producer.tryEnqueue(i) == .enqueued) }
                #expect(calls.value == round)
                for i in 0..<3 { #expect(consumer.tryDequeue() == .dequeued(i)) }
                #expect(queue.control.waiters(.consumer) == 0 && queue.control.sleepers(.consumer) == 0)
            }
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func anActionIsCalledOnceForRoom(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            let calls = Counter()
            producer.onRoom { calls.add() }
            #expect(calls.value == 1, "there is room already")
            #expect(producer.tryEnqueue(1) == .enqueued)
            producer.onRoom { calls.add() }
            #expect(calls.value == 1)
            #expect(consumer.tryDequeue() == .dequeued(1))
            #expect(calls.value == 2 && queue.control.waiters(.producer) == 0)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all) func theEndOfAQueueCallsTheActions(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for end in 0..<3 {
                var full = try Queue.make(of: Int.self, kind: kind, capacity: 1)
                var empty = try Queue.make(of: Int.self, kind: kind, capacity: 1)
                var producer = full.takeProducer()
                var consumer = empty.takeConsumer()
                #expect(producer.tryEnqueue(1) == .enqueued)
                let calls = Counter()
                producer.onRoom { calls.add() }
                consumer.onReady { calls.add() }
                let controls = [full.control, empty.control]
                switch end {
                case 0: for control in controls { control.cancel() }
                case 1: for control in controls { control.fail(QueueClosed()) }
                default:
                    do { _ = full.takeConsumer() }
                    do { _ = empty.takeProducer() }
                }
                #expect(calls.value == 2)
                #expect(controls[0].waiters(.producer) == 0 && controls[1].waiters(.consumer) == 0)
                producer.onRoom { calls.add() }
                consumer.onReady { calls.add() }
                #expect(calls.value == 4, "a closed queue is ready at once")
            }
        }
        try check(kind)
    }

    @Test func anActionIsForgottenWithItsEndAndWhenItIsReplaced() throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var producer = queue.takeProducer()
        var kept = queue.takeConsumer()
        let (dropped, replaced, called) = (Counter(), Counter(), Counter())
        do {
            var gone = kept.clone()
            gone.onReady { dropped.add() }
        }
        kept.onReady { replaced.add() }
        kept.onReady { called.add() }
        #expect(queue.control.sleepers(.consumer) == 1 && queue.control.waiters(.consumer) == 1)
        #expect(producer.tryEnqueue(1) == .enqueued)
        #expect(dropped.value == 0 && replaced.value == 0 && called.value == 1)
    }

    @Test func theCapturesOfAnActionAreReleased() throws {
        let tally = Tally()
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for _ in 0..<3 {
            let witness = Witness(0, tally)
            consumer.onReady { withExtendedLifetime(witness) {} }
        }
        #expect(tally.alive == 1)
        #expect(producer.tryEnqueue(1) == .enqueued)
        let late = Witness(1, tally)
        consumer.onReady { withExtendedLifetime(late) {} }
        #expect(consumer.tryDequeue() == .dequeued(1))
        consumer.onReady {}
        #expect(tally.alive == 1, "only the test's own is left")
    }

    /// The element of a notice may be taken by another consumer, and a notice keeps no wake from one.
    @Test func aNoticeTakesNoWakeFromATask() async throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var producer = queue.takeProducer()
        var notified = queue.takeConsumer()
        let control = queue.control
        let calls = Counter()
        var another = notified.clone()
        notified.onReady { calls.add() }
        another.onReady { calls.add() }
        let patient = Task.running(notified.clone()) { await $0.dequeue() }
        while control.sleepers(.consumer) < 3 { await Task.yield() }
        #expect(producer.tryEnqueue(1) == .enqueued)
        #expect(calls.value == 2)
        #expect(await patient.value == .dequeued(1))
        #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
    }

    @Test func anElementThatComesDuringTheRegistrationCallsTheAction() throws {
        let hooks = Hooks()
        var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        let producer = Exchange<Producer<Int, Hooked<SPSC>>>()
        producer.leave(queue.takeProducer())
        var consumer = queue.takeConsumer()
        let calls = Counter()
        hooks.second(.isReady) {
            var own = producer.take()!
            #expect(own.tryEnqueue(1) == .enqueued)
            producer.leave(own)
        }
        consumer.onReady { calls.add() }
        #expect(calls.value == 1)
        #expect(queue.control.waiters(.consumer) == 0 && queue.control.sleepers(.consumer) == 0)
        #expect(consumer.tryDequeue() == .dequeued(1))
    }

    @Test func aDescriptorIsReadableWhenTheQueueIsReady() throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        let ready = try EventDescriptor()
        let room = try EventDescriptor()
        func isReadable(_ descriptor: EventDescriptor) -> Bool {
            var waiting = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            return unsafe poll(&waiting, 1, 0) == 1
        }
        for number in 0..<3 {
            consumer.onReady(signalling: ready)
            #expect(!isReadable(ready))
            #expect(producer.tryEnqueue(number) == .enqueued)
            producer.onRoom(signalling: room)
            #expect(isReadable(ready) && !isReadable(room))
            ready.clear()
            #expect(!isReadable(ready))
            #expect(consumer.tryDequeue() == .dequeued(number))
            #expect(isReadable(room))
            room.clear()
        }
        consumer.onReady(signalling: ready)
        producer.finish()
        #expect(isReadable(ready))
    }

    @Test func aMissingDescriptorIsAnError() async {
        await #expect(processExitsWith: .success) {
            var few = rlimit(rlim_cur: 0, rlim_max: 0)
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &few)
            #expect(throws: EventDescriptorError(code: EMFILE)) { try EventDescriptor() }
        }
    }
}
