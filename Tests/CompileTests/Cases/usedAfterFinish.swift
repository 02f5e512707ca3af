// An end that was given up is gone.
import RingQueues

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    #if MISUSE
        producer.finish()
        _ = producer.tryEnqueue(1)
    #else
        _ = producer.tryEnqueue(1)
        producer.finish()
    #endif
}
