// A burst of copies would leave the objects with both sides.
import RingQueues

#if MISUSE
    final class Job { var steps = 0 }
#else
    struct Job { var steps = 0 }
#endif

func run() throws {
    var queue = try Queue.make(of: Job.self, kind: SPSC.self, capacity: 8)
    var producer = queue.takeProducer()
    var jobs = [Job(), Job()]
    _ = producer.tryEnqueueBurst(copying: jobs.span)
    jobs[0].steps += 1
}
