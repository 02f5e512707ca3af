// An end that a function needs to be Sendable is not.
import RingQueues

func share<T: Sendable & ~Copyable>(_ value: borrowing T) {}

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
    let consumer = queue.takeConsumer()
    #if MISUSE
        share(consumer)
    #else
        share(consumer.control)
    #endif
}
