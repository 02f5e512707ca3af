// Objects that were moved in by a burst are the consumer's.
import RingQueues

final class Job { var steps = 0 }

func run(_ span: inout OutputSpan<Job>) throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    let job = Job()
    span.append(job)
    _ = producer.tryEnqueueBurst(moving: &span)
    #if MISUSE
        job.steps += 1
    #endif
}
