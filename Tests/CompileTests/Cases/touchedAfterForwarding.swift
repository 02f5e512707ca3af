// An object that was dequeued may be enqueued elsewhere, and one that came back may be tried again.
import RingQueues

final class Job { var steps = 0 }

func forward(_ input: inout Consumer<Job, SPSC>, _ output: inout Producer<Job, SPSC>) {
    while let job = input.dequeue() {
        job.steps += 1
        guard case .full(let back) = output.tryEnqueue(job) else { continue }
        _ = output.enqueue(back)
        #if MISUSE
            back.steps += 1
        #endif
    }
}
