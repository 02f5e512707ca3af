import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Many suspended tasks, and tasks beside threads.
    @Suite(.watched) struct AsyncScaleTests {
        @Test func tenThousandSuspendedTasksHoldNoThread() async throws {
            let count = 10_000
            var producers: [Handover<Producer<Int, SPSC>>] = []
            var taking: [Task<Int, Never>] = []
            var controls: [QueueControl] = []
            for _ in 0..<count {
                var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
                controls.append(queue.control)
                producers.append(Handover(queue.takeProducer()))
                taking.append(
                    Task.running(queue.takeConsumer()) { consumer in
                        var sum = 0
                        while case .dequeued(let number) = await consumer.dequeue() { sum += number }
                        return sum
                    })
            }
            for control in controls { await control.waitUntilSuspended(.consumer) }
            let threads = entries(of: "/proc/self/task")
            #expect(threads < 64 + Platform.processors)
            // Other tasks run as if there were no suspended ones. On a busy machine a beat may be late for other reasons.
            var late = 0
            for _ in 0..<100 {
                let start = ContinuousClock.now
                try await Task.sleep(for: .milliseconds(1))
                if ContinuousClock.now - start > .milliseconds(11) { late += 1 }
            }
            #expect(late < 50)
            for (number, producer) in producers.enumerated() {
                var producer = producer.take()
                #expect(producer.tryEnqueue(number) == .enqueued)
            }
            var sum = 0
            for task in taking { sum += await task.value }
            #expect(sum == count * (count - 1) / 2)
        }

        /// Signals go to threads and tasks in turns, so neither kind of waiter starves.
        @Test(arguments: [MPMC.self, SPMC.self] as [any ManyConsumersKind.Type]) func threadsAndTasksAreWokenInTurns(
            kind: any ManyConsumersKind.Type
        ) async throws {
            func check<K: ManyConsumersKind>(_ kind: K.Type) async throws {
                var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4, waiting: .park)
                var producer = queue.takeProducer()
                let control = queue.control
                let consumer = queue.takeConsumer()
                let (byThread, byTask) = (Counter(), Counter())
                let parked = Sleeper()
                var threads = Threads()
                let own = Handover(consumer.clone())
                threads.start {
                    parked.isMe()
                    var consumer = own.take()
                    while consumer.dequeue() != nil { byThread.add() }
                }
                let taking = Task.running(consumer) { consumer in
                    while case .dequeued = await consumer.dequeue() { byTask.add() }
                }
                for round in 1...40 {
                    while control.waiters(.consumer) < 2 || control.sleepers(.consumer) < 1 || !parked.isAsleep {
                        await Task.yield()
                    }
                    #expect(producer.tryEnqueue(round) == .enqueued)
                    while byThread.value + byTask.value < round { await Task.yield() }
                }
                producer.finish()
                await taking.value
                #expect(byThread.value >= 10 && byTask.value >= 10)
            }
            try await check(kind)
        }
    }
}
