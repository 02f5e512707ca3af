// Copies of references that others hold cannot be sent by a burst.
import RingQueues

final class Job { var steps = 0 }

func run() throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    let jobs = [Job(), Job()]
    _ = producer.tryEnqueueBurst(copying: jobs.span)
    #if MISUSE
        jobs[0].steps += 1
    #endif
}
