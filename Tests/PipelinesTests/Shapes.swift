import Pipelines
import RingQueues
import TestSupport

/// Every kind of stage, with bodies that do next to nothing: to measure the stack that their threads need.
enum Shape: String, CaseIterable, Codable, Sendable {
    case sourceAndSink, noncopyable, strings, states, mapAndFilter, flatMap, tap
    case ordered, orderedFlatMap, orderedPartition, orderedRetry
    case batch, batchWithin, partition, broadcast, broadcastToMany, merge, bounded, undeliveredWhenFull
    case retryThenDeadLetter, skip, endOfStage, failure, cancel, stopActions
    case byHand, byHandOrdered, chained, concurrencyKit
    case groupOneEnd, groupTwoEnds, groupWorkers, groupFailure, joinable

    /// Runs it, each stage's threads with these options, or a stage of a group.
    func run(_ options: StageOptions) throws {
        switch self {
        case .groupOneEnd, .groupTwoEnds, .groupWorkers, .groupFailure, .joinable: try runGroup(options)
        case .failure: do { try runPipeline(options) } catch is PipelineFailure {}
        default: try runPipeline(options)
        }
    }

    private func runGroup(_ options: StageOptions) throws {
        var numbers = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var squares = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var stages = StageGroup()
        if self == .joinable {
            var tasks = try JoinableQueue.make(of: String.self, kind: SPSC.self, capacity: 2)
            try stages.start("put", tasks.takeProducer(), options: options) { out in
                for number in 0..<100 { _ = out.enqueue("task \(number) of a hundred") }
            }
            try stages.start("take", tasks.takeConsumer(), options: options) { input in
                while let task = input.dequeue() { task.taskDone() }
            }
            return try stages.join()
        }
        try stages.start("count", numbers.takeProducer(), options: options) { out in
            for number in 0..<100 { try out.enqueueOrThrow(number) }
        }
        switch self {
        case .groupWorkers:
            try stages.start("square", workers: 3, numbers.takeConsumer(), squares.takeProducer(), options: options) {
                input, output in
                while let number = input.dequeue() { try output.enqueueOrThrow(number * number) }
            }
        case .groupFailure:
            try stages.start("square", numbers.takeConsumer(), squares.takeProducer(), options: options) { _, _ in
                throw Fault(at: 1)
            }
        default:
            try stages.start("square", numbers.takeConsumer(), squares.takeProducer(), options: options) {
                input, output in
                while let number = input.dequeue() { try output.enqueueOrThrow(number * number) }
            }
        }
        try stages.start("sum", squares.takeConsumer(), options: options) { input in
            while input.dequeue() != nil {}
        }
        do { try stages.join() } catch is Fault { if self != .groupFailure { throw Fault(at: 2) } }
    }

    private func runPipeline(_ options: StageOptions) throws {
        let pipeline = Pipeline("shape", capacity: 2, inFlight: self == .bounded ? 3 : nil)
        let tally = Tally()
        if self == .noncopyable {
            pipeline.source("s", of: Token.self, options: options) { emit in
                for i in 0..<100 { try emit(Token(i, tally)) }
            }
            .map("m", workers: 2, order: .preserve, options: options) { (token: consuming Token) in token }
            .sink("k", options: options, undelivered: { _ in }) { (_: consuming Token) in }
            try pipeline.run()
            return
        }
        if self == .strings {
            pipeline.source("s", of: String.self, options: options) { emit in
                for i in 0..<100 { try emit("number \(i) of a hundred") }
            }
            .map("m", workers: 2, order: .preserve, options: options) { (text: String) in text + "!" }
            .batch("b", max: 3, options: options)
            .sink("k", options: options) { (_: [String]) in }
            try pipeline.run()
            return
        }
        if self == .concurrencyKit {
            pipeline.source("s", of: Int.self, over: SameKind<ConcurrencyKitMPMC>.self, options: options) { emit in
                for i in 0..<100 { try emit(i) }
            }
            .map("m", workers: 2, order: .preserve, options: options) { $0 }
            .sink("k", options: options) { (_: Int) in }
            try pipeline.run()
            return
        }
        if self == .byHand || self == .byHandOrdered {
            var numbers = try Queue.make(of: Int.self, kind: SPMC.self, capacity: 2)
            var squares = try Queue.make(of: Int.self, kind: MPSC.self, capacity: 2)
            pipeline.add(
                ProducerStage("s", into: numbers.takeProducer(), options: options) { emit in
                    for i in 0..<100 { try emit(i) }
                })
            pipeline.add(
                IntermediaryStage(
                    "m", workers: 2, order: self == .byHandOrdered ? .preserve : .unordered,
                    from: numbers.takeConsumer(), into: squares.takeProducer(), options: options, state: { 0 },
                    end: { state, emit in try emit(state) }
                ) { (state: inout Int, i: Int, emit: inout Emitter<Int>) in
                    state += 1
                    try emit(i)
                })
            pipeline.add(ConsumerStage("k", from: squares.takeConsumer(), options: options) { (_: Int) in })
            try pipeline.run()
            return
        }
        let source = pipeline.source("s", of: Int.self, options: options) { emit in for i in 0..<100 { try emit(i) } }
        try attach(source, pipeline, options)
    }

    private func attach(
        _ source: consuming Flow<Int, SingleWorker, RingKinds>, _ pipeline: Pipeline, _ options: StageOptions
    ) throws {
        switch self {
        case .states:
            _ = source.flatMap(
                "f", of: Int.self, workers: 2, options: options, state: { "state" },
                end: { state, emit in try emit(state.utf8.count) }
            ) { state, i, emit in
                state += "."
                try emit(i)
            }
            .sink("k", workers: 2, options: options, state: { 0 }, end: { _ in }) { sum, i in sum += i }
        case .mapAndFilter:
            _ = source.map("m", options: options) { "\($0)" }.filter("f", options: options) { $0 != "7" }
                .sink("k", options: options) { (_: String) in }
        case .flatMap:
            _ = source.flatMap("f", of: Int.self, options: options) { i, emit in for _ in 0..<3 { try emit(i) } }
                .sink("k", workers: 2, options: options) { (_: Int) in }
        case .tap:
            _ = source.tap { _ in }.map("m", workers: 2, options: options) { $0 }.tap { _ in }
                .sink("k", options: options) { (_: Int) in }
        case .ordered:
            _ = source.map("m", workers: 3, order: .preserve, options: options) { "\($0)" }
                .sink("k", options: options) { (_: String) in }
        case .orderedFlatMap:
            _ = source.flatMap(
                "f", of: Int.self, workers: 3, order: .preserve(window: 2), options: options, state: { 0 },
                end: { state, emit in try emit(state) }
            ) { state, i, emit in
                state += 1
                for _ in 0..<5 { try emit(i) }
            }
            .sink("k", options: options) { (_: Int) in }
        case .orderedPartition:
            _ = source.partition { $0 % 5 }.map("m", workers: 3, order: .preserve, options: options) { $0 }
                .sink("k", options: options) { (_: Int) in }
        case .orderedRetry:
            let calls = Counter()
            _ = source.map(
                "m", workers: 2, order: .preserve, onError: .retry(2, backoff: .nanoseconds(1), then: .skip),
                options: options
            ) { (i: Int) throws -> Int in
                if calls.add() % 3 > 0 { throw Fault(at: i) }
                return i
            }
            .sink("k", options: options) { (_: Int) in }
        case .batch: _ = source.batch("b", max: 7, options: options).sink("k", options: options) { (_: [Int]) in }
        case .batchWithin:
            _ = source.batch("b", max: 7, within: .microseconds(1), options: options)
                .sink("k", options: options) { (_: [Int]) in }
        case .partition:
            _ = source.partition { "\($0 % 5)" }.sink("k", workers: 3, options: options) { (_: Int) in }
        case .broadcast, .broadcastToMany:
            let workers = self == .broadcast ? 1 : 2
            _ = source.broadcast(
                { $0.map("m", workers: workers, options: options) { $0 }.sink("k", options: options) { (_: Int) in } },
                { $0.sink("l", workers: workers, options: options) { (_: Int) in } })
        case .merge:
            let other = pipeline.source("t", of: Int.self, options: options) { emit in for i in 0..<9 { try emit(i) } }
            _ = source.merge(other).sink("k", workers: 2, options: options) { (_: Int) in }
        case .undeliveredWhenFull:
            var options = options
            options.whenFull = .refuse
            options.capacity = 1
            _ = source.sink("k", options: options, undelivered: { _ in }) { (_: Int) in }
        case .retryThenDeadLetter:
            var letters = try Queue.make(of: DeadLetter<Int>.self, kind: SPSC.self, capacity: 200)
            _ = source.sink(
                "k", workers: 2,
                onError: .retry(
                    2, backoff: .nanoseconds(1), then: .deadLetter(letters.takeProducer())),
                options: options
            ) { (i: Int) in throw Fault(at: i) }
            try pipeline.run()
            _ = letters.takeConsumer()
            return
        case .skip: _ = source.sink("k", onError: .skip, options: options) { (i: Int) in throw Fault(at: i) }
        case .endOfStage:
            _ = source.map("m", workers: 2, order: .preserve, options: options, undelivered: { _ in }) { $0 }
                .sink("k", options: options) { (i: Int) in if i == 50 { throw EndOfStage() } }
        case .failure:
            _ = source.map("m", workers: 2, order: .preserve, options: options, undelivered: { _ in }) { $0 }
                .sink("k", options: options, undelivered: { _ in }) { (i: Int) in if i == 50 { throw Fault(at: i) } }
        case .cancel, .stopActions:
            if self == .stopActions { pipeline.onStop {} }
            _ = source.map("m", workers: 2, options: options, undelivered: { _ in }) { $0 }
                .sink("k", options: options, undelivered: { _ in }) { (i: Int) in if i == 50 { pipeline.cancel() } }
        case .chained:
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 2)
            _ = source.into(queue.takeProducer())
            pipeline.source("t", from: queue.takeConsumer(), options: options).sink("k", options: options) { (_: Int) in
            }
        default: _ = source.sink("k", options: options) { (_: Int) in }
        }
        try pipeline.run()
    }
}
