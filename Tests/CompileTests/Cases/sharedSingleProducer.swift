// Two threads on one end: it was sent to the first.
import Pipelines
import RingQueues

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
    var stages = StageGroup()
    let producer = queue.takeProducer()
    try stages.start("first", producer) { out in _ = out.enqueue(1) }
    #if MISUSE
        try stages.start("second", producer) { out in _ = out.enqueue(2) }
    #else
        try stages.start("second", queue.takeConsumer()) { input in _ = input.dequeue() }
    #endif
    try stages.join()
}
