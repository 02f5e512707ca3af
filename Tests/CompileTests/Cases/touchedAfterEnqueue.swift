// An object in the queue is the consumer's.
import RingQueues

final class Job { var steps = 0 }

func run() throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    let job = Job()
    #if MISUSE
        _ = producer.tryEnqueue(job)
        job.steps += 1
    #else
        job.steps += 1
        _ = producer.tryEnqueue(job)
    #endif
}
