import CTestSupport
import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// A process that is forked while threads use a queue.
    @Suite struct ForkTests {
        @Test func threadsGoOnBesideAFork() async {
            await #expect(processExitsWith: .success) { try forkWhileThreadsRun() }
        }
    }
}

private func forkWhileThreadsRun() throws {
    func check<K: TestKind>(_ kind: K.Type) throws {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4)
        let dog = Watchdog("forks beside \(kind)", watching: [queue.control])
        let (put, taken, isOver) = (Counter(), Counter(), Counter())
        var threads = Threads()
        threads.start(queue.takeProducer()) { producer in
            while isOver.value == 0 && producer.enqueue(1).isEnqueued { put.add() }
        }
        threads.start(queue.takeConsumer()) { consumer in while let i = consumer.dequeue() { taken.add(i) } }
        while taken.value == 0 { sched_yield() }
        for child in 0..<10 {
            dog.watch.at("child \(child)")
            let before = taken.value
            #expect(ts_fork())
            while taken.value == before { sched_yield() }
        }
        isOver.add()
        threads.join()
        #expect(taken.value == put.value)
        dog.stop()
    }
    for kind in Kinds.all { try check(kind) }
}
