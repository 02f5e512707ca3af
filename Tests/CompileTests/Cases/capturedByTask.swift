// A closure of a task cannot give away an end that it captured: a handover can.
import RingQueues

func run() async throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    #if MISUSE
        let consumer = queue.takeConsumer()
        let task = Task {
            var consumer = consumer
            return await consumer.dequeue().element()
        }
    #else
        let handover = Handover(queue.takeConsumer())
        let task = Task {
            var consumer = handover.take()
            return await consumer.dequeue().element()
        }
    #endif
    _ = await task.value
}
