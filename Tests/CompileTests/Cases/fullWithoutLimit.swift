// A call that waits for room without a limit cannot find the queue full, so its result has no such case.
import RingQueues

func run(_ producer: inout Producer<Int, MPMC>) -> Bool {
    #if MISUSE
        switch producer.enqueue(1) {
        case .enqueued: true
        case .full: false
        case .closed: false
        }
    #else
        switch producer.enqueue(1) {
        case .enqueued: true
        case .closed: false
        }
    #endif
}
