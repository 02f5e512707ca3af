// A kind with one producer has no further ones.
import RingQueues

func run() throws {
    #if MISUSE
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    #else
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
    #endif
    let producer = queue.takeProducer()
    _ = producer.clone()
}
