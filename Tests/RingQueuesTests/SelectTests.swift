import MutexQueues
import RingQueues
import TestSupport
import Testing

/// Waits for several ends and moments at once.
@Suite(.watched) struct SelectTests {
    @Test(arguments: Kinds.all, [true, false]) func aSleepingSelectIsWokenByEachEnd(
        kind: any TestKind.Type, isTask: Bool
    ) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            var numbers = try Queue.make(of: Int.self, kind: kind, capacity: 1)
            var words = try Queue.make(of: String.self, kind: SPSC.self, capacity: 1)
            var number = numbers.takeProducer()
            var word = words.takeConsumer()
            let controls = [numbers.control, words.control]
            var seen = try Queue.make(of: String.self, kind: SPSC.self, capacity: 8)
            let ends = Handover(Three(numbers.takeConsumer(), words.takeProducer(), seen.takeProducer()))
            var taken = seen.takeConsumer()
            let done = Counter()
            var threads = Threads()
            if isTask {
                Task {
                    var ends = ends.take()
                    #expect(ends.second.tryEnqueue("first") == .enqueued)
                    var select = Select()
                    let cases = (select.add(ends.first), select.add(ends.second))
                    for _ in 0..<4 { react(to: await select.next(), of: cases, &ends) }
                    done.add()
                }
            } else {
                threads.start {
                    var ends = ends.take()
                    #expect(ends.second.tryEnqueue("first") == .enqueued)
                    var select = Select()
                    let cases = (select.add(ends.first), select.add(ends.second))
                    for _ in 0..<4 { react(to: select.next(), of: cases, &ends) }
                    done.add()
                }
            }
            for (step, action) in ["1", "room", "2", "room"].enumerated() {
                while taken.count < step { await Task.yield() }
                while controls[0].waiters(.consumer) == 0 || controls[1].waiters(.producer) == 0 { await Task.yield() }
                if action == "room" {
                    while word.tryDequeue() == .empty { await Task.yield() }
                } else {
                    #expect(number.tryEnqueue(step / 2 + 1) == .enqueued)
                }
            }
            while done.value == 0 { await Task.yield() }
            for action in ["1", "room", "2", "room"] { #expect(taken.tryDequeue() == .dequeued(action)) }
            for control in controls {
                #expect(control.waiters(.consumer) == 0 && control.waiters(.producer) == 0)
                #expect(control.sleepers(.consumer) == 0 && control.sleepers(.producer) == 0)
            }
        }
        try await check(kind)
    }

    @Test func readyCasesComeInTurnOrByPriority() throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
        var producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        for i in 0..<4 { #expect(producer.tryEnqueue(i) == .enqueued) }
        func order(_ order: Select.Order) -> [Int] {
            var select = Select(order: order)
            let cases = [select.add(consumer), select.add(producer), select.add(consumer)]
            return (0..<6).map { _ in cases.firstIndex(of: nextOnThread(&select)!)! }
        }
        #expect(order(.fair) == [0, 1, 2, 0, 1, 2])
        #expect(order(.priority) == [0, 0, 0, 0, 0, 0])
    }

    @Test func aRemovedCaseDoesNotChangeWhoseTurnItIs() throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
        let producer = queue.takeProducer()
        var select = Select()
        let cases = (0..<4).map { _ in select.add(producer) }
        #expect(nextOnThread(&select) == cases[0])
        #expect(nextOnThread(&select) == cases[1])
        select.remove(cases[0])
        #expect(nextOnThread(&select) == cases[2])
        select.remove(cases[3])
        #expect(nextOnThread(&select) == cases[1])
        #expect(nextOnThread(&select) == cases[2])
    }

    /// The wake of a select that takes nothing goes to the next waiter.
    @Test func aSelectHandsItsWakeOn() async throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var producer = queue.takeProducer()
        let control = queue.control
        let first = queue.takeConsumer()
        let second = first.clone()
        let selecting = Task.running(first) { consumer in
            var select = Select()
            _ = select.add(consumer)
            return await select.next() != nil
        }
        await control.waitUntilSuspended(.consumer)
        let patient = Task.running(second) { await $0.dequeue() }
        await control.waitUntilSuspended(.consumer, 2)
        #expect(producer.tryEnqueue(1) == .enqueued)
        #expect(await selecting.value)
        #expect(await patient.value == .dequeued(1))
    }

    @Test(arguments: [true, false]) func aWakeBeforeTheSleepEndsIt(isCancelled: Bool) async throws {
        let hooks = Hooks()
        var queue = try hooks.makeQueue(of: Int.self, kind: SPSC.self, capacity: 1)
        let producer = Exchange<Producer<Int, Hooked<SPSC>>>()
        producer.leave(queue.takeProducer())
        let control = queue.control
        let selecting = Task.running(queue.takeConsumer()) { consumer in
            var select = Select()
            _ = select.add(consumer)
            hooks.second(.isReady) {
                if isCancelled {
                    unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
                } else {
                    var own = producer.take()!
                    #expect(own.tryEnqueue(1) == .enqueued)
                    producer.leave(own)
                }
            }
            return await select.next() != nil
        }
        #expect(await selecting.value != isCancelled)
        #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0)
    }

    @Test func momentsComeOnceAndTicksAgain() async throws {
        var select = Select(order: .priority)
        let start = ContinuousClock.now
        let tick = select.tick(every: .milliseconds(5))
        let once = select.after(.milliseconds(12))
        var ticks = 0
        var moments = 0
        while ticks < 4 || moments == 0 {
            switch await select.next() {
            case tick: ticks += 1
            case once: moments += 1
            default: Issue.record("a select without a deadline returned nothing")
            }
        }
        #expect(moments == 1 && ContinuousClock.now - start >= .milliseconds(20))
        select.remove(tick)
        #expect(await select.next(until: .now) == nil)
        #expect(await select.next(until: .after(.milliseconds(1))) == nil)
        #expect(nextOnThread(&select, until: .after(.milliseconds(1))) == nil)
    }

    @Test func aCancelledTaskEndsItsSelect() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        var producer = queue.takeProducer()
        let control = queue.control
        let selecting = Task.running(queue.takeConsumer()) { consumer in
            var select = Select()
            _ = select.add(consumer)
            let first = await select.next()
            let empty = await consumer.dequeue()
            while consumer.count == 0 { await Task.yield() }
            // What is ready is returned, even to a cancelled task.
            return (first == nil, empty, await select.next() != nil)
        }
        await control.waitUntilSuspended(.consumer)
        selecting.cancel()
        while control.waiters(.consumer) > 0 { await Task.yield() }
        #expect(producer.tryEnqueue(1) == .enqueued)
        let (isNothing, empty, isReady) = await selecting.value
        #expect(isNothing && (empty == .empty || empty == .dequeued(1)) && isReady)
    }

    @Test func aClosedQueueIsReadyUntilItIsRemoved() async throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
        let consumer = queue.takeConsumer()
        do { _ = queue.takeProducer() }
        var select = Select()
        let end = select.add(consumer)
        for _ in 0..<3 { #expect(await select.next() == end) }
        select.remove(end)
        select.remove(end)
        #expect(await select.next(until: .now) == nil)
    }

    /// A select takes no element, so the case that it does not return still has its own.
    @Test(arguments: [SPSC.self, MPMC.self, MutexMPMC.self] as [any TestKind.Type]) func losingCasesLoseNothing(
        kind: any TestKind.Type
    ) async throws {
        func check<K: TestKind>(_ kind: K.Type) async throws {
            let each = 2000
            var left = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            var right = try Queue.make(of: Int.self, kind: kind, capacity: 2)
            let producers = [Handover(left.takeProducer()), Handover(right.takeProducer())]
            let controls = [left.control, right.control]
            let selecting = Task.running(Three(left.takeConsumer(), right.takeConsumer(), 0)) { ends in
                var select = Select()
                let (a, b) = (select.add(ends.first), select.add(ends.second))
                var open = 2
                var (sum, lost) = (0, 0)
                while open > 0 {
                    let ready = await select.next()
                    let taken = ready == a ? ends.first.tryDequeue() : ends.second.tryDequeue()
                    switch taken {
                    case .dequeued(let number): sum += number
                    case .empty: lost += 1
                    case .closed:
                        open -= 1
                        select.remove(ready == a ? a : b)
                    }
                }
                return sum
            }
            var sending: [Task<Void, Never>] = []
            for producer in producers {
                sending.append(
                    Task {
                        var producer = producer.take()
                        for i in 1...each { _ = await producer.enqueue(i) }
                    })
            }
            for task in sending { await task.value }
            #expect(await selecting.value == each * (each + 1))
            for control in controls { #expect(control.waiters(.consumer) == 0 && control.sleepers(.consumer) == 0) }
        }
        try await check(kind)
    }
}

private func react<K: TestKind>(
    to ready: Select.Case?, of cases: (incoming: Select.Case, room: Select.Case),
    _ ends: inout Three<Consumer<Int, K>, Producer<String, SPSC>, Producer<String, SPSC>>
) {
    switch ready {
    case cases.incoming: if case .dequeued(let it) = ends.first.tryDequeue() { _ = ends.third.tryEnqueue("\(it)") }
    case cases.room: if case .enqueued = ends.second.tryEnqueue("more") { _ = ends.third.tryEnqueue("room") }
    default: Issue.record("a select without a deadline returned \(String(describing: ready))")
    }
}

/// The call that waits on a thread.
private func nextOnThread(_ select: inout Select, until deadline: Deadline? = nil) -> Select.Case? {
    select.next(until: deadline)
}

private struct Three<First: ~Copyable, Second: ~Copyable, Third: ~Copyable>: ~Copyable {
    var first: First
    var second: Second
    var third: Third

    init(_ first: consuming First, _ second: consuming Second, _ third: consuming Third) {
        self.first = first
        self.second = second
        self.third = third
    }
}
