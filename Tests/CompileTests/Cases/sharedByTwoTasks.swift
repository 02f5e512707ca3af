// Two tasks on one end: the second cannot have it as well.
import RingQueues

func run() async throws {
    var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
    let consumer = queue.takeConsumer()
    #if MISUSE
        let first = Handover(consumer)
        let second = Handover(consumer)
    #else
        let first = Handover(consumer.clone())
        let second = Handover(consumer)
    #endif
    async let one = take(first)
    async let two = take(second)
    _ = await (one, two)
}

func take(_ handover: Handover<Consumer<Int, MPMC>>) async -> Int? {
    var consumer = handover.take()
    return await consumer.dequeue().element()
}
