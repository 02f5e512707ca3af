// A call that waits on a thread and has no asynchronous form: the message names the call to use.
import RingQueues

func run() async throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    #if MISUSE
        try producer.enqueueOrThrow(1)
    #else
        _ = await producer.enqueue(1)
    #endif
}
