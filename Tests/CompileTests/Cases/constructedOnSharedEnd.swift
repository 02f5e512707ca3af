// No code of a caller runs between reserve and publish if several producers share the queue.
import RingQueues

func run() throws {
    #if MISUSE
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
    #else
        var queue = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 8)
    #endif
    var producer = queue.takeProducer()
    _ = producer.tryEnqueue(constructing: { 1 })
}
