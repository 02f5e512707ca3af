import Engine
import Pipelines
import RingQueues

/// Pipelines over queues that other code made: stages wired by hand, pipelines that share a queue, consumers that leave.
let given: [Topology] = [
    Topology("by hand") { byHand($0, workers: 1, .unordered) },
    Topology("by hand, 2 workers, ordered") { byHand($0, workers: 2, .preserve) },
    Topology("into a queue; its consumer leaves", stops: [.leaves, .none, .drain, .cancel]) { world in
        let pipeline = world.pipeline()
        var queue = try! Queue.make(of: Item.self, kind: MPSC.self, capacity: 1, waiting: .park)
        let consumer = Held(queue.takeConsumer())
        world.destroying = ["outside"]
        let most = world.stop == .leaves ? chosen(5) : 100
        world.thread {
            var items = consumer.take()
            while world.arrived.count < most, let item = items.dequeue() { try! world.arrives("outside", item) }
        }
        world.source(pipeline, to: "map")
            .map(
                "map", workers: 2, order: .preserve, undelivered: world.undelivered("map"),
                body: world.on("map", to: "outside")
            )
            .into(queue.takeProducer())
        world.perform(pipeline, arriving: nil)
    },
    Topology("from a queue; other code cancels or fails it", stops: [.none, .drain, .cancel]) { world in
        let pipeline = world.pipeline()
        var queue = try! Queue.make(of: Item.self, kind: SPSC.self, capacity: 2, waiting: .park)
        let producer = Held(queue.takeProducer())
        let control = queue.control
        world.thread {
            var out = producer.take()
            for number in 0..<3 {
                guard out.enqueue(world.make(number, for: "in")).isEnqueued else { break }
            }
        }
        world.destroying = ["in"]
        let how = chosen(3)
        world.thread { if how == 0 { control.cancel() } else if how == 1 { control.fail(Broken()) } }
        pipeline.source("in", from: queue.takeConsumer(), undelivered: world.undelivered("in"))
            .tap { world.notes("in", world.pass($0, to: "sink")) }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        let watched = Watched(pipeline, in: world, mayFail: true)
        watched.run()
        world.join()
        world.checkArrival(watched.hasFinished && world.stop != .drain ? [0, 1, 2] : nil, true)
        if case .failed = watched.outcome { require(how == 1, "failed, and the queue did not") }
        if watched.outcome == .cancelled { require(how == 0 || world.stop != .none, "cancelled, and nothing was") }
    },
    Topology("a queue that a stage and other code fill", stops: [.none, .drain, .cancel, .shutdown]) { world in
        let pipeline = world.pipeline()
        var queue = try! Queue.make(of: Item.self, kind: MPSC.self, capacity: 1, waiting: .park)
        let producer = queue.takeProducer()
        let other = Held(producer.clone())
        world.destroying = ["sink"]
        // Keeps its end until the run is over, unless nothing stops it.
        let outside = spawn {
            var out = other.take()
            _ = out.enqueue(world.make(10, for: "sink"))
            if world.stop != .none { world.sleep() }
        }
        pipeline.add(
            ProducerStage("make", into: producer) { emit in
                for number in 0..<2 { try emit(world.make(number, for: "sink")) }
            })
        pipeline.add(
            ConsumerStage(
                "sink", from: queue.takeConsumer(), undelivered: world.undelivered("sink"), body: world.last("sink")))
        let watched = Watched(pipeline, in: world)
        watched.run()
        world.wake()
        en_join(outside)
        world.join()
        if watched.hasFinished && world.stop == .none {
            require(world.arrived.sorted() == [0, 1, 10], "finished, and \(world.arrived) arrived")
        }
    },
    Topology("two pipelines over one queue", stops: [.none, .drain, .cancel, .fail, .shutdown, .fails, .endsEarly]) {
        world in
        let stopsFirst = chosen(2) == 0
        world.plan([stopsFirst ? "source" : "sink"], calls: 4)
        let first = world.pipeline("first"), second = world.pipeline("second")
        var queue = try! Queue.make(of: Item.self, kind: MPSC.self, capacity: 1, waiting: .park)
        world.destroying = ["sink"]
        world.source(first, to: "sink").into(queue.takeProducer())
        second.source("middle", from: queue.takeConsumer(), undelivered: world.undelivered("sink"))
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        let watched = Watched(first, in: world, stop: stopsFirst ? world.stop : Stop.none, mayFail: true)
        let other = Watched(second, in: world, stop: stopsFirst ? Stop.none : world.stop, mayFail: true)
        world.thread { other.run() }
        watched.run()
        world.join()
        // A stream that was cut short must not look finished on the other side, unless its source had emitted enough.
        if other.hasFinished {
            require(
                world.arrived == [0, 1, 2, 3] || [.endsEarly, .drain].contains(world.stop),
                "\(watched.outcome!), and the other finished with \(world.arrived)")
        }
    },
    Topology("a pipeline in a body of another", stops: [.none, .drain, .cancel, .fail, .shutdown]) { world in
        let outer = world.pipeline("outer")
        world.source(outer, 2, to: "sink")
            .sink("sink", undelivered: world.undelivered("sink")) { item in
                try world.takes("sink", item)
                let inner = world.pipeline("inner")
                world.source(inner, 2, from: 10 * item.number, named: "inner", to: "last")
                    .sink("last", undelivered: world.undelivered("last"), body: world.last("last"))
                outer.onStop { inner.cancel() }
                try inner.run()
            }
        world.perform(outer, arriving: [0, 1, 10, 11])
    },
]

private func byHand(_ world: World, workers: Int, _ order: StageOrder) {
    world.plan(["make", "work", "take"], calls: 4)
    let pipeline = world.pipeline()
    var items = try! Queue.make(of: Item.self, kind: MPMC.self, capacity: 1, waiting: .park)
    var results = try! Queue.make(of: Item.self, kind: MPMC.self, capacity: 2, waiting: .park)
    world.destroying = ["work", "take"]
    pipeline.add(
        ProducerStage("make", into: items.takeProducer()) { emit in
            for number in 0..<4 {
                try world.calls("make")
                try emit(world.make(number, for: "work"))
            }
        })
    pipeline.add(
        IntermediaryStage(
            "work", workers: workers, order: order, from: items.takeConsumer(), into: results.takeProducer(),
            undelivered: world.undelivered("work")
        ) { (item: Item, emit: inout Emitter<Item>) in
            try world.takes("work", item)
            try emit(world.pass(item, to: "take"))
        })
    pipeline.add(
        ConsumerStage(
            "take", from: results.takeConsumer(), undelivered: world.undelivered("take"), body: world.last("take")))
    world.perform(pipeline)
}
