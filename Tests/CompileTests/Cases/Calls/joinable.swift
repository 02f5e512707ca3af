// Every call of a joinable queue and its ends. `K` is the kind.
import Pipelines
import RingQueues

func run() throws {
    var queue = try JoinableQueue.make(of: String.self, kind: K.self, capacity: 8)
    let same: JoinableQueue<Int, K> = try JoinableQueue.make(capacity: 8, waiting: .park)
    var producer = queue.takeProducer()
    var consumer = queue.takeConsumer()
    let joiner = queue.joiner
    print(queue.control.capacity, producer.control.count, consumer.control.isClosed, same.joiner.unfinished)
    if case .full(let back) = producer.tryEnqueue("a") { print(back) }
    print(producer.enqueue("b"), producer.enqueue("c", until: .after(.seconds(1))))
    #if MANY_PRODUCERS
        var second = producer.clone()
        _ = second.enqueue("d")
    #endif
    #if MANY_CONSUMERS
        var third = consumer.clone()
        while let task = third.dequeue() { task.taskDone() }
    #endif
    while let task = consumer.dequeue() {
        print(task.element)
        task.taskDone()
    }
    if case .dequeued(let task) = consumer.tryDequeue() { print(task.taskDone { $0.count }) }
    if case .dequeued(let task) = consumer.dequeue(until: .after(.milliseconds(1))) {
        try task.taskDone { try store($0) }
    }
    consumer.dequeue(until: .after(.zero)).element()?.taskDone()
    print(consumer.drain { $0.taskDone() })
    producer.finish()
    do {
        try joiner.join()
        if try !joiner.join(until: .after(.seconds(1))) { print(joiner.unfinished) }
    } catch {
        print(error.dropped, error.unfinished, error.poison ?? .finished, error)
    }
}

func store(_ text: String) throws { print(text) }
