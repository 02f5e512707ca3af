// Objects that a burst moved into a queue are the consumer's: their container must not be reachable from elsewhere.
import RingQueues

#if MISUSE
    final class Job { var steps = 0 }
#else
    struct Job { var steps = 0 }
#endif

func run(_ span: inout OutputSpan<Job>) throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    #if MISUSE
        let job = Job()
    #else
        var job = Job()
    #endif
    span.append(job)
    _ = producer.tryEnqueueBurst(moving: &span)
    job.steps += 1
}
