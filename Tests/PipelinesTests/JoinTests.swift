import CTestSupport
import Glibc
import MutexQueues
import Pipelines
import RingQueues
import TestSupport
import Testing

private struct Broken: Error {}

/// The error of `join()`.
private func refusal(of joiner: Joiner) -> (dropped: Int, unfinished: Int, poison: Poison?)? {
    do {
        try joiner.join()
        return nil
    } catch { return (error.dropped, error.unfinished, error.poison) }
}

/// A thread that joins, asleep by now; returns the error that it gets when `release` was called.
private func joinAsleep(_ joiner: Joiner, _ release: () -> Void) -> (dropped: Int, unfinished: Int, poison: Poison?)? {
    let said = Exchange<(dropped: Int, unfinished: Int, poison: Poison?)>()
    var threads = Threads()
    threads.start { if let refusal = refusal(of: joiner) { said.leave(refusal) } }
    // A sanitizer puts a thread to sleep before it waits, too.
    while !joiner.isAwaited { sched_yield() }
    threads.waitUntilAsleep()
    release()
    threads.join()
    return said.take()
}

/// A signal handler stops a thread that says that an element is done, anywhere. If that is before it wakes the joiners,
/// the next element comes and is joined, and its thread waits long enough to see whether it is woken too early.
private func delaySignals() throws {
    #expect(ts_catch_interruptions(100_000))
    let dog = Watchdog("delaySignals")
    var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    let joiner = queue.joiner
    var producer = queue.takeProducer()
    let (passed, isJoined, told, early, over) = (Counter(), Counter(), Counter(), Counter(), Counter())
    var doing = Threads()
    doing.start(queue.takeConsumer()) { consumer in
        while let task = consumer.dequeue() {
            let until = ContinuousClock.now + .milliseconds(2)
            let before = told.value
            while isJoined.value == task.element && told.value == before && .now < until { sched_yield() }
            if isJoined.value == task.element && told.value != before { early.add() }
            task.taskDone()
            passed.add()
        }
    }
    var storming = Threads()
    let interrupt = doing.interrupter
    storming.start { storm(interrupt, seed: Settings.seed) { over.value > 0 } }
    var last = 0
    while told.value < 30 {
        dog.watch.progress()
        last += 1
        _ = producer.enqueue(last)
        while joiner.unfinished > 0 { ts_pause() }
        for _ in 0..<50 where passed.value < last { ts_pause() }
        guard passed.value < last else { continue }
        last += 1
        isJoined.add(last - isJoined.value)
        _ = producer.enqueue(last)
        try joiner.join()
        told.add()
        while passed.value < last { sched_yield() }
    }
    over.add()
    storming.join()
    producer.finish()
    doing.join()
    #expect(early.value == 0)
    dog.stop()
}

@Suite struct JoinTests {
    private func allIsDone<Kind: ManyConsumers>(_ kind: Kind.Type) throws {
        var queue = try JoinableQueue.make(of: Int.self, kind: kind, capacity: 8)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        let first = queue.takeConsumer()
        let sum = Counter()
        var threads = Threads()
        for _ in 0..<3 {
            threads.start(first.clone()) { consumer in
                while let task = consumer.dequeue() {
                    sum.add(task.element)
                    task.taskDone()
                }
            }
        }
        for round in 1...20 {
            for i in 1...100 { #expect(producer.enqueue(i).isEnqueued) }
            try joiner.join()
            #expect(sum.value == round * 5050 && joiner.unfinished == 0)
        }
        producer.finish()
        threads.join()
        try joiner.join()
    }

    @Test func joinWaitsUntilAllIsDone() throws {
        let dog = Watchdog("joinWaitsUntilAllIsDone")
        try allIsDone(SPMC.self)
        try allIsDone(MPMC.self)
        try allIsDone(ConcurrencyKitMPMC.self)
        try allIsDone(MutexMPMC.self)
        dog.stop()
    }

    /// A thread that waited for the moment at which all was done does not see what comes after it: a stop, or an
    /// element that is dropped. The thread may wake later than both.
    @Test(arguments: [false, true]) func elementAfterTheMomentIsNotJoined(isStopped: Bool) throws {
        let dog = Watchdog("elementAfterTheMomentIsNotJoined")
        for _ in 0..<100 {
            var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 2)
            let joiner = queue.joiner
            let control = queue.control
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            for i in 0..<2 { #expect(producer.tryEnqueue(i).isEnqueued) }
            consumer.dequeue()?.taskDone()
            let said = joinAsleep(joiner) {
                consumer.dequeue()?.taskDone()
                _ = producer.tryEnqueue(2)
                if isStopped { control.cancel() } else { _ = consumer.dequeue() }
            }
            #expect(said == nil)
        }
        dog.stop()
    }

    /// Each round is one more chance to miss that the last element is done.
    @Test func noWakeUpIsLost() throws {
        let dog = Watchdog("noWakeUpIsLost")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        let done = Counter()
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in
            while let task = consumer.dequeue() {
                done.add()
                task.taskDone()
            }
        }
        for round in 1...20_000 {
            _ = producer.enqueue(round)
            dog.watch.progress()
            // Every other time by looking, so that the next join meets the signal of the element before its own.
            if round % 2 == 0 { while joiner.unfinished > 0 { sched_yield() } } else { try joiner.join() }
            #expect(done.value == round)
        }
        producer.finish()
        threads.join()
        dog.stop()
    }

    /// A join that finds all done says so, even if an element comes in the meantime.
    @Test func joinBesideElementsThatComeAndGoReportsNone() throws {
        let dog = Watchdog("joinBesideElementsThatComeAndGoReportsNone")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        let isOver = Counter()
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in while let task = consumer.dequeue() { task.taskDone() } }
        threads.start(queue.takeProducer()) { producer in
            while isOver.value == 0 {
                _ = producer.enqueue(0)
                while joiner.unfinished > 0 {}
            }
        }
        var failed = 0
        for _ in 0..<2_000_000 {
            dog.watch.progress()
            do { _ = try joiner.join(until: .now) } catch { failed += 1 }
        }
        isOver.add()
        threads.join()
        #expect(failed == 0)
        dog.stop()
    }

    /// A wake-up does not finish elements that came after it.
    @Test func aLateSignalWakesNobodyTooEarly() async {
        await #expect(processExitsWith: .success) { try delaySignals() }
    }

    @Test func manyJoinersAreAllWoken() throws {
        let dog = Watchdog("manyJoinersAreAllWoken")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        _ = producer.tryEnqueue(1)
        let woken = Counter()
        var threads = Threads()
        for _ in 0..<4 {
            threads.start { if refusal(of: joiner) == nil { woken.add() } }
        }
        threads.waitUntilAsleep()
        consumer.dequeue()!.taskDone()
        threads.join()
        #expect(woken.value == 4)
        dog.stop()
    }

    @Test func joinEndsAtItsDeadline() throws {
        let dog = Watchdog("joinEndsAtItsDeadline")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        #expect(try joiner.join(until: .after(.zero)))
        _ = producer.tryEnqueue(1)
        #expect(try !joiner.join(until: .after(.zero)))
        #expect(try !joiner.join(until: .after(.milliseconds(1))))
        let task = consumer.dequeue()!
        #expect(try !joiner.join(until: .after(.seconds(-1))))
        #expect(task.element == 1 && joiner.unfinished == 1)
        task.taskDone()
        #expect(try joiner.join(until: .after(.zero)))
        dog.stop()
    }

    @Test func refusedElementDoesNotCount() throws {
        let dog = Watchdog("refusedElementDoesNotCount")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        #expect(producer.tryEnqueue(1) == .enqueued)
        #expect(producer.tryEnqueue(2) == .full(2))
        #expect(producer.enqueue(3, until: .after(.zero)) == .full(3))
        #expect(joiner.unfinished == 1)
        consumer.dequeue()!.taskDone()
        producer.control.cancel()
        #expect(producer.tryEnqueue(4) == .closed(4) && producer.enqueue(5) == .closed(5))
        try joiner.join()
        dog.stop()
    }

    /// A consumer that goes with its elements does not leave the joiner waiting, nor report that all is done.
    @Test func droppedTaskIsNotDone() throws {
        let dog = Watchdog("droppedTaskIsNotDone")
        let tally = Tally()
        var queue = try JoinableQueue.make(of: Token.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        _ = producer.tryEnqueue(Token(1, tally))
        _ = producer.tryEnqueue(Token(2, tally))
        let said = joinAsleep(joiner) {
            consumer.dequeue()!.taskDone()
            _ = consumer.dequeue()!
        }
        #expect(said?.dropped == 1 && said?.unfinished == 0 && said?.poison == nil)
        #expect(refusal(of: joiner)?.dropped == 1)
        #expect(tally.alive == 0)
        dog.stop()
    }

    @Test func aBodyThatThrowsDropsItsElement() throws {
        let dog = Watchdog("aBodyThatThrowsDropsItsElement")
        let tally = Tally()
        var queue = try JoinableQueue.make(of: Token.self, kind: SPSC.self, capacity: 2)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        _ = producer.tryEnqueue(Token(1, tally))
        #expect(consumer.dequeue()!.taskDone { $0.id } == 1)
        try joiner.join()
        _ = producer.tryEnqueue(Token(2, tally))
        var hasThrown = false
        do {
            try consumer.dequeue()!.taskDone { (_: consuming Token) throws(Broken) in throw Broken() }
        } catch { hasThrown = true }
        #expect(hasThrown)
        #expect(refusal(of: joiner)?.dropped == 1)
        #expect(tally.alive == 0)
        dog.stop()
    }

    @Test func cancelReleasesTheJoiner() throws {
        let dog = Watchdog("cancelReleasesTheJoiner")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        for i in 0..<3 { _ = producer.tryEnqueue(i) }
        let taken = consumer.dequeue()!
        let control = queue.control
        let said = joinAsleep(joiner) { control.cancel() }
        #expect(said?.unfinished == 3 && said?.dropped == 0)
        #expect(said?.poison.map { "\($0)" } == "cancelled")
        taken.taskDone()
        #expect(refusal(of: joiner)?.unfinished == 2)
        // A consumer that takes the remaining elements can still finish them.
        #expect(consumer.drain { $0.taskDone() } == 2)
        try joiner.join()
        dog.stop()
    }

    @Test func lastConsumerThatGoesReleasesTheJoiner() throws {
        let dog = Watchdog("lastConsumerThatGoesReleasesTheJoiner")
        for isFinished in [false, true] {
            var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            let joiner = queue.joiner
            var producer = queue.takeProducer()
            _ = producer.tryEnqueue(1)
            if isFinished { producer.finish() }
            let end = Exchange<JoinableConsumer<Int, SPSC>>()
            end.leave(queue.takeConsumer())
            let said = joinAsleep(joiner) { _ = end.take() }
            #expect(said?.unfinished == 1)
        }
        dog.stop()
    }

    /// Finishing alone stops nothing: remaining elements can still be taken and done.
    @Test func joinWaitsForTheRestOfAFinishedStream() throws {
        let dog = Watchdog("joinWaitsForTheRestOfAFinishedStream")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        _ = producer.tryEnqueue(1)
        producer.finish()
        var consumer = queue.takeConsumer()
        #expect(joinAsleep(joiner) { consumer.dequeue()!.taskDone() } == nil)
        let end = consumer.dequeue() == nil
        #expect(end)
        dog.stop()
    }

    /// A stage that fails stops the queues of its group, and with them the joiners.
    @Test func failingStageReleasesTheJoiner() throws {
        let dog = Watchdog("failingStageReleasesTheJoiner")
        var queue = try JoinableQueue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        for i in 0..<4 { _ = producer.tryEnqueue(i) }
        var stages = StageGroup()
        try stages.start("work", queue.takeConsumer()) { consumer in
            while let task = consumer.dequeue() { try task.taskDone { if $0 == 2 { throw Broken() } } }
        }
        let said = refusal(of: joiner)
        do {
            try stages.join()
            Issue.record("join() threw nothing")
        } catch is Broken {}
        #expect(said?.dropped == 1 && said?.unfinished == 1)
        #expect(said?.poison.map { "\($0)" }?.hasPrefix("failed") == true)
        #expect(producer.tryEnqueue(9) == .closed(9))
        dog.stop()
    }

    /// An element is done where it ends up, not where it was taken.
    @Test func takenElementCanMoveOn() throws {
        let dog = Watchdog("takenElementCanMoveOn")
        var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        var next = try Queue.make(of: JoinableTask<Int>.self, kind: SPSC.self, capacity: 4)
        let joiner = queue.joiner
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        var give = next.takeProducer()
        var take = next.takeConsumer()
        _ = producer.tryEnqueue(1)
        let given = give.tryEnqueue(consumer.dequeue()!)
        let isGiven = given.isEnqueued
        #expect(isGiven)
        #expect(joinAsleep(joiner) { take.dequeue()!.taskDone() } == nil)
        dog.stop()
    }
}
