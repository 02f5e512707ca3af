import Engine
import Pipelines
import RingQueues

/// Groups of stages, queues that are joined, and threads that would wait for themselves.
let groups: [Topology] = [
    Topology("a group", stops: [.none, .fails, .endsEarly, .noThread]) { world in
        world.plan(["make", "work", "take"], calls: 3)
        world.destroying = ["work", "take"]
        if world.stop == .noThread { en_refuse_start(1 + Int32(chosen(4))) }
        var error: (any Error)?
        do { try group(world).join() } catch let thrown { error = thrown }
        world.isStopped = error != nil
        switch world.stop {
        case .none:
            require(
                error == nil && world.arrived.sorted() == [0, 1, 2, 3], "\(String(describing: error)), \(world.arrived)"
            )
        case .fails: require((error is Broken) == world.hasThrown, "join() threw \(String(describing: error))")
        case .noThread:
            require(error is StageError || world.arrived.count == 4, "join() threw \(String(describing: error))")
        default: break
        }
    },
    Topology("a group that is dropped", stops: [.none]) { world in
        world.destroying = ["work", "take"]
        let stages = Held<StageGroup>(try! group(world))
        world.thread { _ = stages.take() }
        world.join()
    },
    Topology("a group that ends in its own body", stops: [.none]) { world in
        world.mayDetach = true
        let holder = Held<StageGroup>()
        let joins = chosen(2) == 0
        var queue = try! Queue.make(of: Int.self, kind: SPSC.self, capacity: 1, waiting: .park)
        var stages = StageGroup()
        try! stages.start("wait", queue.takeConsumer()) { input in while input.dequeue() != nil {} }
        try! stages.start("own", queue.takeProducer()) { [joins] _ in
            en_moment()
            guard !holder.isEmpty else { return }
            let stages = holder.take()
            guard joins else { return }
            do {
                try stages.join()
                broken("a group was joined in its own body")
            } catch {
                guard case .joinsItself = error as? StageError else { return broken("join() threw \(error)") }
            }
        }
        holder.put(stages)
        world.thread { if !holder.isEmpty { _ = holder.take() } }
        world.join()
    },
    Topology("groups that join each other", stops: [.none]) { world in
        // Each of two groups is destroyed, or joined, in a body of the other.
        world.mayDetach = true
        let holders = (0..<2).map { _ in Held<StageGroup>() }
        let joins = chosen(2) == 0
        for index in 0..<2 {
            var queue = try! Queue.make(of: Int.self, kind: SPSC.self, capacity: 1, waiting: .park)
            var stages = StageGroup()
            try! stages.start("group \(index)", queue.takeProducer()) { [joins] _ in
                let other = holders[1 - index]
                while other.isEmpty { en_yield() }
                let stages = other.take()
                if joins { try? stages.join() }
            }
            try! stages.start("wait \(index)", queue.takeConsumer()) { input in while input.dequeue() != nil {} }
            holders[index].put(stages)
        }
    },
    Topology("joins while elements come and go", stops: [.none]) { world in
        var queue = try! JoinableQueue.make(of: Item.self, kind: SPSC.self, capacity: 1, waiting: .park)
        let joiner = queue.joiner
        let producer = Held(queue.takeProducer())
        var consumer = queue.takeConsumer()
        let enqueuing = spawn {
            var output = producer.take()
            for number in 0..<4 { _ = output.enqueue(world.make(number, for: "work")) }
        }
        for _ in 0..<2 {
            world.thread {
                for _ in 0..<3 {
                    do {
                        if !(try joiner.join(until: .now)) { try joiner.join() }
                    } catch { broken("a join threw \(error)") }
                }
            }
        }
        while let task = consumer.dequeue() {
            world.notes("work", task.element)
            task.taskDone()
        }
        en_join(enqueuing)
        world.join()
    },
    Topology("joinable queue", stops: [.none, .cancel, .leaves]) { world in
        var queue = try! JoinableQueue.make(of: Item.self, kind: MPMC.self, capacity: 2, waiting: .park)
        let joiner = queue.joiner
        let control = queue.control
        let consumer = queue.takeConsumer()
        world.destroying = ["work"]
        for _ in 0..<2 {
            let consumer = Held(consumer.clone())
            let most = world.stop == .leaves ? chosen(3) : 100
            world.thread {
                var input = consumer.take()
                var count = 0
                while count < most, let task = input.dequeue() {
                    count += 1
                    en_point("a task")
                    world.notes("work", task.element)
                    task.taskDone()
                }
            }
        }
        _ = consume consumer
        let producer = Held(queue.takeProducer())
        let joinsTwice = chosen(2) == 0
        let put = Held<Bool>(false)
        world.thread {
            var output = producer.take()
            var count = 0
            for number in 0..<3 where output.enqueue(world.make(number, for: "work")).isEnqueued { count += 1 }
            if joinsTwice {
                do {
                    try joiner.join()
                    require(
                        joiner.unfinished == 0 || world.stop != .none, "joined with \(joiner.unfinished) unfinished")
                } catch { require(world.stop != .none, "join() threw \(error)") }
            }
            put.put(count == 3)
        }
        if world.stop == .cancel { world.thread { control.cancel() } }
        world.usesTime = true
        world.thread {
            let isDone = try? joiner.join(until: .after(.milliseconds(5)))
            if world.stop == .none { require(isDone != nil, "join(until:) threw") }
        }
        world.join()
        do {
            try joiner.join()
            require(joiner.unfinished == 0, "joined with \(joiner.unfinished) unfinished")
        } catch {
            world.isStopped = true
            require(world.stop != .none, "join() threw \(error)")
        }
    },
]

/// A producer, two workers and a consumer.
private func group(_ world: World) throws -> StageGroup {
    var items = try Queue.make(of: Item.self, kind: MPMC.self, capacity: 1, waiting: .park)
    var results = try Queue.make(of: Item.self, kind: MPMC.self, capacity: 1, waiting: .park)
    var stages = StageGroup()
    try stages.start("make", items.takeProducer()) { output in
        for number in 0..<4 {
            try world.calls("make")
            try output.enqueueOrThrow(world.make(number, for: "work"))
        }
    }
    try stages.start("work", workers: 2, items.takeConsumer(), results.takeProducer()) { input, output in
        while let item = input.dequeue() {
            try world.takes("work", item)
            try output.enqueueOrThrow(world.pass(item, to: "take"))
        }
    }
    try stages.start("take", results.takeConsumer()) { input in
        while let item = input.dequeue() { try world.arrives("take", item) }
    }
    return stages
}
