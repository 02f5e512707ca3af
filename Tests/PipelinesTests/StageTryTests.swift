import Pipelines
import RingQueues
import TestSupport
import Testing

/// Stages and joinable queues try before they wait. A try does not count as a wait.
@Suite(.watched) struct StageTryTests {
    /// A stage waits when its queue is empty and continues with the elements that came. So elements move between two of
    /// its waits, unless a try counts as one.
    @Test func stageRemembersItsWaitsAndNotItsTries() throws {
        let (sink, taken, unlike) = (Sleeper(), Counter(), Counter())
        let pipeline = Pipeline("remembering")
        pipeline.source("make", of: Int.self) { emit in
            for _ in 0..<4 {
                for i in 0..<10 { try emit(i) }
                sink.waitUntilAsleep()
            }
        }.sink("take") { (_: Int) in
            sink.isMe()
            taken.add()
            if WaitHistory.elementsBetweenWaits == 0 { unlike.add() }
        }
        try pipeline.run()
        #expect(taken.value == 40 && unlike.value == 0)
    }

    @Test(arguments: Kinds.all) func expiredTimeoutOfAJoinableQueueDoesNotWait(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_: K.Type) throws {
            var queue = try JoinableQueue.make(of: Int.self, kind: K.self, capacity: 1)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            WaitHistory.isKept(readsClock: false) {
                if case .empty = consumer.dequeue(until: .after(.zero)) {
                } else {
                    Issue.record("dequeued from an empty queue")
                }
                #expect(producer.enqueue(1, until: .after(.zero)).isEnqueued)
                #expect(!producer.enqueue(2, until: .after(.zero)).isEnqueued)
            }
            if case .dequeued(let task) = consumer.tryDequeue() { task.taskDone() }
        }
        try check(kind)
    }
}
