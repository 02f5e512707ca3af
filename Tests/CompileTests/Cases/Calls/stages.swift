// Every call that takes an end of a queue into a pipeline or a stage group. `K` is the kind.
import Pipelines
import RingQueues

func outOfOneSource() throws {
    var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    let first = Pipeline("first")
    first.source("s", of: Int.self) { emit in for n in 0..<10 { try emit(n) } }.into(queue.takeProducer())
    let second = Pipeline("second")
    second.source("t", from: queue.takeConsumer()).sink("k") { print($0) }
    try first.run()
    try second.run()
}

func outOfOneWorker() throws {
    var mapped = try Queue.make(of: String.self, kind: K.self, capacity: 8)
    var filtered = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var tapped = try Queue.make(of: [Int].self, kind: K.self, capacity: 8)
    let pipeline = Pipeline("p")
    pipeline.source("a", of: Int.self) { emit in try emit(1) }.map("m") { "\($0)" }.into(mapped.takeProducer())
    pipeline.source("b", of: Int.self) { emit in try emit(1) }.filter("f") { $0 > 0 }.into(filtered.takeProducer())
    pipeline.source("c", of: Int.self) { emit in try emit(1) }.batch("g", max: 3).tap { print($0) }
        .into(tapped.takeProducer())
}

#if MANY_PRODUCERS
    func outOfSeveral() throws {
        var mapped = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
        var merged = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
        let pipeline = Pipeline("p")
        pipeline.source("a", of: Int.self) { emit in try emit(1) }.map("m", workers: 2) { $0 + 1 }
            .into(mapped.takeProducer())
        pipeline.source("b", of: Int.self) { emit in try emit(1) }
            .merge(pipeline.source("c", of: Int.self) { emit in try emit(1) })
            .into(merged.takeProducer())
    }

    func outOfAnyWidth<Width: FlowWidth>(
        _ flow: consuming Flow<Int, Width, RingKinds>, _ producer: consuming sending Producer<Int, K>
    ) { flow.into(producer) }
#endif

func wiredByHand() throws {
    var near = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var far = try Queue.make(of: String.self, kind: K.self, capacity: 8)
    let pipeline = Pipeline("by hand")
    pipeline.add(ProducerStage("read", into: near.takeProducer()) { emit in try emit(1) })
    #if MANY_CONSUMERS && MANY_PRODUCERS
        pipeline.add(
            IntermediaryStage("pack", workers: 2, order: .preserve, from: near.takeConsumer(), into: far.takeProducer())
            {
                n, emit in try emit("\(n)")
            })
    #else
        pipeline.add(
            IntermediaryStage("pack", from: near.takeConsumer(), into: far.takeProducer()) { n, emit in try emit("\(n)")
            })
    #endif
    #if MANY_CONSUMERS
        pipeline.add(ConsumerStage("write", workers: 2, from: far.takeConsumer()) { print($0) })
    #else
        pipeline.add(ConsumerStage("write", from: far.takeConsumer(), onError: .skip) { print($0) })
    #endif
    try pipeline.run()
}

func oneWorkerByHand() throws {
    var near = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var far = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    let pipeline = Pipeline("one by one")
    pipeline.add(
        ProducerStage("read", into: near.takeProducer(), options: StageOptions(stackBytes: 1 << 20)) { emit in
            try emit(1)
        })
    pipeline.add(
        IntermediaryStage("add", from: near.takeConsumer(), into: far.takeProducer(), onError: .retry(1)) { n, emit in
            try emit(n + 1)
        })
    pipeline.add(ConsumerStage("write", from: far.takeConsumer(), undelivered: { print($0) }) { n in print(n) })
    try pipeline.run()
}

func grouped() throws {
    var near = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var far = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var stages = StageGroup()
    try stages.start("read", near.takeProducer()) { out in for n in 0..<10 { _ = out.enqueue(n) } }
    #if MANY_CONSUMERS && MANY_PRODUCERS
        try stages.start("pack", workers: 3, near.takeConsumer(), far.takeProducer()) { input, out in
            while let n = input.dequeue() { try out.enqueueOrThrow(n) }
        }
    #else
        try stages.start("pack", near.takeConsumer(), far.takeProducer()) { input, out in
            while let n = input.dequeue() { try out.enqueueOrThrow(n) }
        }
    #endif
    try stages.start("write", far.takeConsumer()) { input in while let n = input.dequeue() { print(n) } }
    try stages.join()
}

func buried() throws {
    var letters = try Queue.make(of: DeadLetter<Int>.self, kind: K.self, capacity: 8)
    let pipeline = Pipeline("p")
    pipeline.source("s", of: Int.self) { emit in try emit(1) }
        .sink("k", onError: .retry(3, backoff: .milliseconds(10), then: .deadLetter(letters.takeProducer()))) {
            print($0)
        }
    pipeline.source("letters", from: letters.takeConsumer()).sink("l") {
        print($0.element, $0.error, $0.stage, $0.attempts)
    }
    try pipeline.run()
}

#if MANY_CONSUMERS && MANY_PRODUCERS
    func everywhere() throws {
        try Pipeline("p").source("s", of: Int.self, over: SameKind<K>.self) { emit in try emit(1) }
            .map("m", workers: 2) { $0 + 1 }.sink("k", workers: 2) { print($0) }.run()
    }
#endif
