import Engine
import Pipelines
import RingQueues

/// A pipeline, or other code that uses the package's threads, and how it can be stopped.
struct Topology: Sendable {
    let name: String
    let stops: [Stop]
    let body: @Sendable (World) -> Void

    init(_ name: String, stops: [Stop] = Stop.all, _ body: @escaping @Sendable (World) -> Void) {
        self.name = name
        self.stops = stops
        self.body = body
    }
}

extension World {
    /// A pipeline with tiny queues.
    func pipeline(_ name: String = "p", inFlight: Int? = nil) -> Pipeline {
        let waiting: WaitStrategy = chosen(4) == 0 ? .adaptive : .park
        return Pipeline(name, capacity: 1 + chosen(2), inFlight: inFlight, waiting: waiting)
    }

    /// A source of `count` elements, numbered from `first`.
    func source(
        _ pipeline: Pipeline, _ count: Int = 4, from first: Int = 0, named name: String = "source", to next: String...
    ) -> Flow<Item, SingleWorker, RingKinds> {
        pipeline.source(name, of: Item.self) { emit in
            for number in first..<first + count {
                try self.calls(name)
                let item = Item(number, self)
                for stage in next { _ = self.pass(item, to: stage) }
                try emit(item)
            }
        }
    }

    /// A body that passes on what it gets.
    func on(_ stage: String, to next: String) -> @Sendable (Item) throws -> sending Item {
        { item in
            try self.takes(stage, item)
            return self.pass(item, to: next)
        }
    }

    /// The body of the last stage.
    func last(_ stage: String) -> @Sendable (Item) throws -> Void { { try self.arrives(stage, $0) } }

    func undelivered(_ stage: String) -> @Sendable (Item) -> Void { { self.isUndelivered(stage, $0) } }

    /// Runs it while other threads stop it, and joins these. If it finishes, these elements have arrived; `nil`: any may.
    func perform(_ pipeline: Pipeline, arriving expected: [Int]? = [0, 1, 2, 3], inOrder: Bool = true) {
        let watched = Watched(pipeline, in: self)
        watched.run()
        join()
        checkArrival(watched.hasFinished && stop != .drain && stop != .several ? expected : nil, inOrder)
    }

    func checkArrival(_ expected: [Int]?, _ inOrder: Bool) {
        // What workers emit at their ends has numbers from 100 on, in no order.
        let order = arrived.map { min($0, 100) }
        if inOrder { require(order == order.sorted(), "in the order \(arrived)") }
        if let expected { require(arrived.sorted() == expected, "finished, and \(arrived) arrived") }
    }
}

/// Every type of stage, with and without order, in a chain and in branches.
let flows: [Topology] = [
    Topology("source, sink") { world in
        world.plan(["source", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "sink").sink(
            "sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline)
    },
    Topology("map") { world in
        world.plan(["source", "map", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map("map", undelivered: world.undelivered("map"), body: world.on("map", to: "sink"))
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline)
    },
    Topology("map of 2") { world in
        world.plan(["source", "map", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map("map", workers: 2, undelivered: world.undelivered("map"), body: world.on("map", to: "sink"))
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, inOrder: false)
    },
    Topology("map of 2, ordered") { world in
        world.plan(["source", "map", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map(
                "map", workers: 2, order: .preserve, undelivered: world.undelivered("map"),
                body: world.on("map", to: "sink")
            )
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline)
    },
    Topology("map of 3, ordered, window of 1") { world in
        world.plan(["source", "map", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map(
                "map", workers: 3, order: .preserve(window: 1), undelivered: world.undelivered("map"),
                body: world.on("map", to: "sink")
            )
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline)
    },
    Topology("filter of 2, ordered") { world in
        world.plan(["source", "filter", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "filter")
            .filter("filter", workers: 2, order: .preserve, undelivered: world.undelivered("filter")) { item in
                try world.takes("filter", item)
                if item.number % 2 == 1 { return false }
                _ = world.pass(item, to: "sink")
                return true
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, arriving: [0, 2])
    },
    Topology("flat map of 2, ordered, with ends") { world in
        world.plan(["source", "flat", "flat/end", "sink"], calls: 3)
        let pipeline = world.pipeline()
        world.source(pipeline, 3, to: "flat")
            .flatMap(
                "flat", of: Item.self, workers: 2, order: .preserve, undelivered: world.undelivered("flat"),
                state: { 0 },
                end: { _, emit in
                    try world.calls("flat/end")
                    try emit(world.make(100 + world.count("flat/end"), for: "sink"))
                }
            ) { (state: inout Int, item: Item, emit: inout Emitter<Item>) in
                try world.takes("flat", item)
                state += 1
                for part in 0..<2 { try emit(world.make(10 * item.number + part, for: "sink")) }
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        // What the workers emit at their ends comes last.
        world.perform(pipeline, arriving: [0, 1, 10, 11, 20, 21, 101, 102])
    },
    Topology("flat map of 2, with ends") { world in
        world.plan(["source", "flat", "flat/end", "sink"], calls: 2)
        let pipeline = world.pipeline()
        world.source(pipeline, 3, to: "flat")
            .flatMap(
                "flat", of: Item.self, workers: 2, undelivered: world.undelivered("flat"), state: { 0 },
                end: { _, emit in
                    try world.calls("flat/end")
                    try emit(world.make(100 + world.count("flat/end"), for: "sink"))
                }
            ) { (_: inout Int, item: Item, emit: inout Emitter<Item>) in
                try world.takes("flat", item)
                for part in 0..<2 { try emit(world.make(10 * item.number + part, for: "sink")) }
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, arriving: [0, 1, 10, 11, 20, 21, 101, 102], inOrder: false)
    },
    Topology("batch") { world in
        world.plan(["source", "sink"], calls: 2)
        let pipeline = world.pipeline()
        world.usesTime = chosen(2) == 0
        world.source(pipeline, 5, to: "batch")
            .batch(
                "batch", max: 2, within: world.usesTime ? .milliseconds(1) : nil,
                undelivered: world.undelivered("batch")
            )
            .sink(
                "sink", undelivered: { batch in for item in batch { try? world.takes("batch", item) } },
                body: { batch in
                    for item in batch { try? world.takes("batch", item) }
                    try world.calls("sink")
                    for item in batch { try world.arrives("last", world.pass(item, to: "last")) }
                })
        world.perform(pipeline, arriving: [0, 1, 2, 3, 4])
    },
    Topology("broadcast") { world in
        world.plan(["source", "spread", "map", "right"], calls: 3)
        let pipeline = world.pipeline()
        world.source(pipeline, 3, to: "spread")
            .map("spread", undelivered: world.undelivered("spread")) {
                try world.takes("spread", $0)
                _ = world.pass($0, to: "right")
                return world.pass($0, to: "map")
            }
            .broadcast(
                {
                    $0.map("map", undelivered: world.undelivered("map"), body: world.on("map", to: "left"))
                        .sink("left", undelivered: world.undelivered("left"), body: world.last("left"))
                },
                { $0.sink("right", undelivered: world.undelivered("right")) { try world.takes("right", $0) } })
        world.perform(pipeline, arriving: [0, 1, 2])
        // A branch that has seen enough ends nothing else.
        if world.stop == .endsEarly && world.fatal.body == "right" {
            require(
                world.arrived == [0, 1, 2], "one branch has seen enough, and \(world.arrived) arrived in the other")
        }
    },
    Topology("partition of 2, ordered") { world in
        world.plan(["source", "map", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .partition { $0.number % 2 }
            .map(
                "map", workers: 2, order: .preserve, undelivered: world.undelivered("map"),
                body: world.on("map", to: "sink")
            )
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, inOrder: false)
    },
    Topology("merge into 2") { world in
        world.plan(["source", "other", "sink"], calls: 2)
        let pipeline = world.pipeline()
        world.source(pipeline, 2, to: "sink")
            .merge(world.source(pipeline, 2, from: 2, named: "other", to: "sink"))
            .sink("sink", workers: 2, undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, inOrder: false)
    },
    Topology("bound, two sources, map of 2") { world in
        world.plan(["source", "other", "map", "sink"], calls: 2)
        let bound = 1 + chosen(2)
        let pipeline = world.pipeline(inFlight: bound)
        world.source(pipeline, 2, to: "map")
            .merge(world.source(pipeline, 2, from: 2, named: "other", to: "map"))
            .map("map", workers: 2, undelivered: world.undelivered("map")) {
                // Each source may hold one that waits.
                require(world.living <= bound + 2, "\(world.living) elements, and the bound is \(bound)")
                try world.takes("map", $0)
                return world.pass($0, to: "sink")
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, inOrder: false)
    },
    Topology("bound, batch") { world in
        world.plan(["source"], calls: 4)
        let pipeline = world.pipeline(inFlight: 1)
        world.source(pipeline, 4, to: "batch")
            .batch("batch", max: 2, undelivered: world.undelivered("batch"))
            .sink(
                "sink", undelivered: { batch in for item in batch { try? world.takes("batch", item) } },
                body: { batch in
                    for item in batch {
                        try? world.takes("batch", item)
                        try world.arrives("last", world.pass(item, to: "last"))
                    }
                })
        world.perform(pipeline)
    },
    Topology("refuse when full") { world in
        world.plan(["source", "sink"], calls: 2)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "sink")
            .sink(
                "sink", options: StageOptions(whenFull: .refuse), undelivered: world.undelivered("sink"),
                body: world.last("sink"))
        world.isRefusing = true
        world.perform(pipeline, arriving: nil)
    },
    Topology("transforms without a name, of a source") { world in
        world.plan(["source", "source/transform", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "source/transform")
            .map {
                try world.takes("source/transform", $0)
                return world.pass($0, to: "sink")
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.destroying = ["source/transform"]
        world.perform(pipeline)
    },
    Topology("transforms without a name, of a map of 2, ordered") { world in
        world.plan(["source", "map", "map/flat", "sink"], calls: 4)
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map(
                "map", workers: 2, order: .preserve, undelivered: world.undelivered("map"),
                body: world.on("map", to: "map/filter")
            )
            .filter {
                world.notes("map/filter", $0)
                if $0.number == 2 { return false }
                _ = world.pass($0, to: "map/flat")
                return true
            }
            .flatMap(of: Item.self) { item, emit in
                try world.takes("map/flat", item)
                for part in 0..<2 { try emit(world.make(10 * item.number + part, for: "sink")) }
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.destroying = ["map/filter", "map/flat"]
        world.perform(pipeline, arriving: [0, 1, 10, 11, 30, 31])
    },
]
