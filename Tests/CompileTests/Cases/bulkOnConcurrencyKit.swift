// ConcurrencyKit's own calls move one element each, so there are no bulk calls.
import RingQueues

func run() throws {
    #if MISUSE
        var queue = try Queue.make(of: Int.self, kind: ConcurrencyKitSPSC.self, capacity: 8)
    #else
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    #endif
    var producer = queue.takeProducer()
    let elements = [1, 2, 3]
    _ = producer.tryEnqueueBulk(copying: elements.span)
}
