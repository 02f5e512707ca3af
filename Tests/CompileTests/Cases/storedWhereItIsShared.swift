// An end cannot be stored in an object that threads share; the control handle can.
import RingQueues

final class Service: Sendable {
    #if MISUSE
        let end: Producer<Int, MPMC>
        init(_ queue: inout Queue<Int, MPMC>) { end = queue.takeProducer() }
    #else
        let end: QueueControl
        init(_ queue: inout Queue<Int, MPMC>) { end = queue.control }
    #endif
}
