// A call with a deadline may find the queue empty: forgetting that does not compile.
import RingQueues

func run(_ consumer: inout Consumer<Int, MPMC>) -> Int? {
    switch consumer.dequeue(until: .after(.seconds(1))) {
    case .dequeued(let element): element
    case .closed: nil
    #if !MISUSE
        case .empty: 0
    #endif
    }
}
