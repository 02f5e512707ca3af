// A call that waits on a thread would block the threads that run asynchronous functions.
import RingQueues

func run() async throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    var consumer = queue.takeConsumer()
    #if MISUSE
        _ = producer.enqueue(1)
        _ = consumer.dequeue()
    #else
        _ = await producer.enqueue(1)
        _ = await consumer.dequeue()
    #endif
}
