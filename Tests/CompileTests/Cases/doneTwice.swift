// An element is acknowledged once.
import Pipelines
import RingQueues

func run() throws {
    var queue = try JoinableQueue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    var consumer = queue.takeConsumer()
    while let task = consumer.dequeue() {
        #if MISUSE
            task.taskDone()
        #endif
        task.taskDone()
    }
}
