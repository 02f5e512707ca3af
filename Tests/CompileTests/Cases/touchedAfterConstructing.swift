// An object that was constructed in the queue is the consumer's.
import RingQueues

final class Job { var steps = 0 }

func run() throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    #if MISUSE
        let job = Job()
        _ = producer.tryEnqueue(constructing: { job })
        job.steps += 1
    #else
        _ = producer.tryEnqueue(constructing: { Job() })
    #endif
}
