// A kind with one consumer has no further ones.
import RingQueues

func run() throws {
    #if MISUSE
        var queue = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 8)
    #else
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
    #endif
    let consumer = queue.takeConsumer()
    _ = consumer.clone()
}
