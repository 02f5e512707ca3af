// Two threads on one end: a closure for another thread cannot capture it and leave it here as well.
import RingQueues

func onAnotherThread(_ body: @escaping @Sendable () -> Void) {}

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    #if MISUSE
        var producer = queue.takeProducer()
        onAnotherThread { _ = producer.tryEnqueue(1) }
        _ = producer.tryEnqueue(2)
    #else
        let control = queue.control
        onAnotherThread { control.cancel() }
        var producer = queue.takeProducer()
        _ = producer.tryEnqueue(2)
    #endif
}
