import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// A process that is forked while threads use a queue.
    @Suite struct ForkTests {
        @Test func aChildMakesQueuesOfItsOwn() async {
            await #expect(processExitsWith: .success) { try forkWhileThreadsRun() }
        }
    }
}

private func forkWhileThreadsRun() throws {
    func check<K: TestKind>(_ kind: K.Type) throws {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: 4)
        let dog = Watchdog("forks beside \(kind)", watching: [queue.control])
        let (put, taken, isOver) = (Counter(), Counter(), Counter())
        // Once before: what Swift's runtime does for a type it sees for the first time, a child may find half done.
        #expect(worksAlone(kind))
        var threads = Threads()
        threads.start(queue.takeProducer()) { producer in
            while isOver.value == 0 && producer.enqueue(1).isEnqueued { put.add() }
        }
        threads.start(queue.takeConsumer()) { consumer in while let i = consumer.dequeue() { taken.add(i) } }
        while taken.value == 0 { sched_yield() }
        for child in 0..<10 {
            dog.watch.at("child \(child)")
            let before = taken.value
            #expect(try statusOfChild(kind) == 0, "a child that used \(kind)")
            while taken.value == before { sched_yield() }
        }
        isOver.add()
        threads.join()
        #expect(taken.value == put.value)
        dog.stop()
    }
    for kind in Kinds.all { try check(kind) }
}

/// A function of its own: what its caller holds, threads above all, is not to be let go before the child's exit.
@inline(never)
private func statusOfChild<K: TestKind>(_ kind: K.Type) throws -> Int32 {
    let process = fork()
    try #require(process >= 0, "the system makes no process: \(errno)")
    if process == 0 { _exit(worksAlone(kind) ? 0 : 1) }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
}

/// In the child, whose only thread it is.
private func worksAlone<K: TestKind>(_ kind: K.Type) -> Bool {
    guard var queue = try? Queue.make(of: Int.self, kind: kind, capacity: 4) else { return false }
    var producer = queue.takeProducer()
    var consumer = queue.takeConsumer()
    for i in 0..<100 {
        guard producer.enqueue(i).isEnqueued, consumer.dequeue() == i else { return false }
    }
    // Waits, announced and with a membarrier, as long as it was told.
    guard case .empty = consumer.dequeue(timeout: .milliseconds(1)) else { return false }
    producer.finish()
    return consumer.dequeue() == nil
}
