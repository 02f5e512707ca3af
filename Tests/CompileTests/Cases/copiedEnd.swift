// An end is one value: it moves and is not copied.
import RingQueues

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
    let producer = queue.takeProducer()
    #if MISUSE
        let other = producer
    #else
        let other = producer.clone()
    #endif
    _ = consume producer
    _ = consume other
}
