// No code of a caller runs between claim and release if several consumers share the queue.
import RingQueues

func run() throws {
    #if MISUSE
        var queue = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 8)
    #else
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
    #endif
    var consumer = queue.takeConsumer()
    _ = consumer.tryDequeue(consuming: { $0 + 1 })
}
