// An end that was sent to a thread is that thread's.
import Pipelines
import RingQueues

func run() throws {
    var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 8)
    var stages = StageGroup()
    var producer = queue.takeProducer()
    #if MISUSE
        try stages.start("producer", producer) { out in _ = out.enqueue(1) }
    #else
        try stages.start("producer", producer.clone()) { out in _ = out.enqueue(1) }
    #endif
    _ = producer.tryEnqueue(2)
    try stages.join()
}
