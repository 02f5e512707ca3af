import Engine
import Pipelines
import RingQueues

/// Rules for elements whose body threw, and calls of a pipeline from inside.
let errors: [Topology] = [
    Topology("retry, then skip; map of 2, ordered", stops: Stop.fromOutside) { world in
        let pipeline = world.pipeline()
        world.usesTime = chosen(2) == 0
        let backoff = world.usesTime ? Duration.milliseconds(25) : .zero
        let tries = Tries()
        world.source(pipeline, to: "map")
            .map(
                "map", workers: 2, order: .preserve, onError: .retry(1, backoff: backoff, then: .skip),
                undelivered: world.undelivered("map")
            ) { item in
                let attempt = tries.add(item)
                if attempt == 1 { world.notes("map", item) }
                // The first one fails once, the second one always.
                if item.number == 0 && attempt == 1 || item.number == 1 { throw Broken() }
                return world.pass(item, to: "sink")
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, arriving: [0, 2, 3])
        world.atEnd { require(tries.all.allSatisfy { $0.value <= 2 }, "a body got an element more than twice") }
    },
    Topology("retry, then fail; a source that has to stop") { world in
        world.plan(["sink"], calls: 4)
        world.usesTime = true
        let pipeline = world.pipeline()
        let tries = Tries()
        world.source(pipeline, to: "map")
            .map(
                "map", onError: .retry(2, backoff: .milliseconds(30), doublingUpTo: .seconds(1)),
                undelivered: world.undelivered("map")
            ) { item in
                if tries.add(item) == 1 {
                    world.notes("map", item)
                    if item.number == 1 { throw Broken() }
                }
                return world.pass(item, to: "sink")
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline)
    },
    Topology("skip; map of 2", stops: Stop.fromOutside) { world in
        let pipeline = world.pipeline()
        world.source(pipeline, to: "map")
            .map("map", workers: 2, onError: .skip, undelivered: world.undelivered("map")) { item in
                world.notes("map", item)
                if item.number % 2 == 0 { throw Broken() }
                return world.pass(item, to: "sink")
            }
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.perform(pipeline, arriving: [1, 3], inOrder: false)
    },
    Topology("retry forgets; flat map of 2, ordered", stops: Stop.fromOutside + [.endsEarly]) { world in
        world.plan(["sink"], calls: 4)
        let pipeline = world.pipeline()
        let tries = Tries()
        world.source(pipeline, 3, to: "flat")
            .flatMap(
                "flat", of: Item.self, workers: 2, order: .preserve, onError: .retry(1),
                undelivered: world.undelivered("flat")
            ) { (item: Item, emit: inout Emitter<Item>) in
                if tries.add(item) == 1 {
                    world.notes("flat", item)
                    try emit(Item(-1, world))
                    if item.number != 1 { throw Broken() }
                    // This one is passed on, and the others must not be.
                    try emit(world.make(1, for: "sink"))
                } else {
                    for part in 0..<2 { try emit(world.make(10 * item.number + part, for: "sink")) }
                }
            }
            .sink(
                "sink", undelivered: { if $0.number >= 0 { world.isUndelivered("sink", $0) } },
                body: { if $0.number >= 0 { try world.arrives("sink", $0) } })
        world.perform(pipeline, arriving: [0, 1, 1, 20, 21])
    },
    Topology("dead letters; map of 2", stops: Stop.fromOutside + [.endsEarly]) { letters($0, isOrdered: false) },
    Topology("dead letters; map of 2, ordered", stops: Stop.fromOutside + [.endsEarly]) {
        letters($0, isOrdered: true)
    },
    Topology("dead letters that no thread takes", stops: [.leaves]) { letters($0, isOrdered: true) },
    Topology("bodies that stop their pipeline", stops: [.cancel]) { world in
        let pipeline = world.pipeline()
        let call = 1 + chosen(4)
        let how = chosen(3)
        world.source(pipeline, to: "map")
            .map("map", workers: 2, order: .preserve, undelivered: world.undelivered("map")) { item in
                try world.takes("map", item)
                if world.count("map") == call {
                    switch how {
                    case 0: pipeline.cancel()
                    case 1:
                        let report = pipeline.shutdown(until: .never)
                        require(report.outcome == .running, "a shutdown in a body waited: \(report.outcome)")
                    default:
                        do {
                            try pipeline.run()
                            broken("a pipeline ran twice")
                        } catch { require(error as? PipelineError == .alreadyRun, "a second run threw \(error)") }
                        pipeline.cancel()
                    }
                }
                return world.pass(item, to: "sink")
            }
            .sink(
                "sink",
                undelivered: {
                    world.isUndelivered("sink", $0)
                    pipeline.cancel()
                }, body: world.last("sink"))
        pipeline.onStop { pipeline.cancel() }
        world.perform(pipeline)
    },
    Topology("actions that register actions", stops: [.cancel, .fail, .several]) { world in
        let pipeline = world.pipeline()
        final class Counts: @unchecked Sendable { var outer = 0, inner = 0 }
        let counts = Counts()
        world.source(pipeline, to: "sink")
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        pipeline.onStop {
            counts.outer += 1
            pipeline.onStop { counts.inner += 1 }
            // Gives up the workers if they need more time.
            _ = pipeline.shutdown(until: .after(.seconds(1)))
        }
        Watched(pipeline, in: world, mayFail: true).run()
        world.join()
        world.atEnd {
            require(counts.outer == counts.inner && counts.outer <= 1, "\(counts.outer) and \(counts.inner) calls")
        }
    },
    Topology("a body that outlasts its pipeline", stops: [.shutdown]) { world in
        let pipeline = world.pipeline()
        world.source(pipeline, to: "sink")
            .sink("sink", undelivered: world.undelivered("sink")) { item in
                try world.arrives("sink", item)
                if item.number == 1 { world.sleep() }
            }
        let watched = Watched(pipeline, in: world)
        watched.run()
        world.wake()
        world.join()
        guard world.arrived.contains(1) else { return }
        if case .abandoned(let stages) = watched.outcome, stages.contains("sink") { return }
        broken("a body had not returned, and the outcome is \(watched.outcome!)")
    },
    Topology("a thread that watches for quiet", stops: Stop.fromOutside) { world in
        let pipeline = world.pipeline()
        world.source(pipeline, to: "sink")
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        world.usesTime = true
        pipeline.onQuiet(.milliseconds(1)) { require($0.isEmpty == false, "nothing is explained") }
        world.perform(pipeline)
    },
    Topology("two threads run it", stops: [.none, .cancel]) { world in
        let pipeline = world.pipeline()
        world.source(pipeline, to: "sink")
            .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
        let refused = Held<Bool>(false)
        world.thread {
            do { try pipeline.run() } catch { refused.put(error as? PipelineError == .alreadyRun) }
        }
        if world.stop == .cancel { world.thread { pipeline.cancel() } }
        var isRefused = false
        do { try pipeline.run() } catch { isRefused = error as? PipelineError == .alreadyRun }
        world.join()
        world.isStopped = pipeline.snapshot().outcome == .cancelled
        require(refused.take() != isRefused, "two runs of one pipeline: both went on, or both were refused")
    },
]

/// How often a body was called with an element.
private final class Tries: @unchecked Sendable {
    // SAFETY: one thread of the schedule runs at a time.
    private(set) var all: [Int: Int] = [:]

    func add(_ item: Item) -> Int {
        all[item.number, default: 0] += 1
        return all[item.number]!
    }
}

/// Every second element goes to the dead letters, which another thread takes, or leaves.
private func letters(_ world: World, isOrdered: Bool) {
    world.plan(["sink"], calls: 2)
    let pipeline = world.pipeline()
    var queue = try! Queue.make(of: DeadLetter<Item>.self, kind: MPSC.self, capacity: 1, waiting: .park)
    let taken = Tries()
    let consumer = Held(queue.takeConsumer())
    let most = world.stop == .leaves ? chosen(3) : 100
    world.thread {
        var letters = consumer.take()
        while taken.all.count < most, let letter = letters.dequeue() { _ = taken.add(letter.element) }
    }
    let failed = Tries(), kept = Tries()
    world.source(pipeline, to: "map")
        .map(
            "map", workers: 2, order: isOrdered ? .preserve : .unordered, onError: .deadLetter(queue.takeProducer()),
            undelivered: {
                if failed.all[$0.number] == nil { world.isUndelivered("map", $0) } else { _ = kept.add($0) }
            }
        ) { item in
            world.notes("map", item)
            if item.number % 2 == 1 {
                _ = failed.add(item)
                throw Broken()
            }
            return world.pass(item, to: "sink")
        }
        .sink("sink", undelivered: world.undelivered("sink"), body: world.last("sink"))
    let watched = Watched(pipeline, in: world, mayFail: world.stop == .leaves)
    watched.run()
    world.join()
    world.checkArrival(watched.hasFinished && ![.drain, .several].contains(world.stop) ? [0, 2] : nil, isOrdered)
    if watched.hasFinished && ![.drain, .several, .leaves].contains(world.stop) {
        require(taken.all == [1: 1, 3: 1], "the letters are \(taken.all)")
    }
    world.atEnd {
        for number in failed.all.keys {
            let ends = (taken.all[number] ?? 0) + (kept.all[number] ?? 0)
            require(world.stop == .leaves ? ends <= 1 : ends == 1, "a dead letter came \(ends) times")
        }
    }
}
