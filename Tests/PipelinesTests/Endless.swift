import MutexQueues
import Pipelines
import RingQueues
import Synchronization
import TestSupport

/// A pipeline that runs on a thread of its own while the test drains it.
struct Running: ~Copyable {
    let pipeline: Pipeline
    private let handover = Exchange<Result<PipelineReport, any Error>>()
    private var threads = Threads()

    init(_ pipeline: Pipeline) {
        self.pipeline = pipeline
        threads.start { [handover] in handover.leave(Result { try pipeline.run() }) }
    }

    /// What run() returned or threw.
    consuming func end() throws -> PipelineReport { try result().get() }

    consuming func result() -> Result<PipelineReport, any Error> {
        threads.join()
        return handover.take()!
    }
}

extension Deadline {
    /// After the test.
    static var far: Deadline { .after(.seconds(100 * Settings.patience)) }
    /// Soon.
    static var near: Deadline { .after(.milliseconds(1)) }
}

private struct Broken: Error, Equatable {}

/// What a drain says; `nil` if it throws.
func outcome(_ pipeline: Pipeline, _ deadline: Deadline = .far) -> PipelineReport.Outcome? {
    try? pipeline.drain(until: deadline).outcome
}

/// Where elements of an endless source go, each to be counted at its end.
enum Way: CaseIterable {
    case sink, workers, ordered, orderedFlatMap, states, filter, batch, broadcast, partition, tap
    case merge, mergeWithStage, retry, large, mutex, concurrencyKit, bounded, boundedMerge, refused, byHand, into
    case inline, inlineFlatMap, inlineOrdered, inlineBounded

    /// How many times each element that was emitted is to be counted.
    var copies: Int {
        switch self {
        case .broadcast, .orderedFlatMap, .inlineFlatMap: 2
        default: 1
        }
    }

    /// How many elements a source counts for each that it emits.
    var queues: Int { self == .broadcast || self == .inlineFlatMap ? 2 : 1 }

    var sources: Int {
        switch self {
        case .merge, .mergeWithStage, .boundedMerge: 2
        default: 1
        }
    }
}

/// A pipeline over one way, whose sources emit for ever.
final class Endless: Sendable {
    let pipeline: Pipeline
    /// Calls of `emit` that returned, elements that came to the end, and those that were undelivered.
    let (sent, seen, undelivered) = (Counter(), Counter(), Counter())
    private let last = Mutex(-1)
    private let disorder = Counter()
    var isInOrder: Bool { disorder.value == 0 }

    init(_ way: Way) throws {
        let isBounded = [.bounded, .boundedMerge, .inlineBounded].contains(way)
        pipeline = Pipeline("\(way)", capacity: 8, inFlight: isBounded ? 3 : nil)
        try build(way)
    }

    private var back: @Sendable (Int) -> Void { { [undelivered] _ in undelivered.add() } }

    private func source(_ name: String = "make") -> Flow<Int, SingleWorker, RingKinds> {
        pipeline.source(name, of: Int.self, body: body)
    }

    private var body: (inout Emitter<Int>) throws -> Void {
        { [sent] emit in
            for i in 0... {
                try emit(i)
                sent.add()
            }
        }
    }

    private func count(_ element: Int) {
        seen.add()
        last.withLock { last in
            if element < last { disorder.add() }
            last = element
        }
    }

    private func build(_ way: Way) throws {
        switch way {
        case .sink: source().sink("count", undelivered: back) { self.count($0) }
        case .workers:
            source().map("pass", workers: 3, undelivered: back) { $0 }.sink("count", workers: 2) { self.count($0) }
        case .ordered:
            source().map("pass", workers: 3, order: .preserve, undelivered: back) { $0 }.sink("count") {
                self.count($0)
            }
        case .orderedFlatMap:
            source().flatMap("twice", of: Int.self, workers: 3, order: .preserve(window: 2), undelivered: back) {
                i, emit in
                try emit(i)
                try emit(i)
            }
            .sink("count") { self.count($0) }
        case .states:
            // Elements come only from what each worker does at its end.
            source().flatMap(
                "gather", of: Int.self, workers: 2, undelivered: back, state: { 0 },
                end: { state, emit in for _ in 0..<state { try emit(0) } }
            ) { state, _, _ in state += 1 }
            .sink("count") { self.count($0) }
        case .filter:
            source().filter("all", undelivered: back) { _ in true }.sink("count") { self.count($0) }
        case .batch:
            source().batch("gather", max: 1000, undelivered: back)
                .sink("count") { (batch: [Int]) in for i in batch { self.count(i) } }
        case .broadcast:
            let back = back
            source().broadcast(
                { $0.map("pass", undelivered: back) { $0 }.sink("count") { self.count($0) } },
                { $0.sink("count as well") { (_: Int) in self.seen.add() } })
        case .partition:
            source().partition { $0 }.sink("count", workers: 3, undelivered: back) { self.count($0) }
        case .tap:
            source().tap { _ in }.sink("count", undelivered: back) { self.count($0) }
        case .merge, .boundedMerge:
            source().merge(source("make as well")).sink("count", workers: 2, undelivered: back) { self.count($0) }
        case .mergeWithStage:
            source().merge(source("make for a stage").map("pass", undelivered: back) { $0 })
                .sink("count", undelivered: back) { self.count($0) }
        case .retry:
            let calls = Counter()
            source().sink("count", workers: 2, onError: .retry(100), undelivered: back) { (i: Int) in
                if calls.add() % 3 == 0 { throw Broken() }
                self.count(i)
            }
        case .large:
            pipeline.source("make", of: InlineArray<4096, Int>.self) { [sent] emit in
                for i in 0... {
                    try emit(InlineArray(repeating: i))
                    sent.add()
                }
            }
            .sink("count", undelivered: { [undelivered] _ in undelivered.add() }) { self.count($0[0]) }
        case .mutex:
            pipeline.source("make", of: Int.self, over: SameKind<MutexMPMC>.self, body: body)
                .sink("count", undelivered: back) { self.count($0) }
        case .concurrencyKit:
            pipeline.source("make", of: Int.self, over: SameKind<ConcurrencyKitMPMC>.self, body: body)
                .sink("count", undelivered: back) { self.count($0) }
        case .bounded: source().map("pass", workers: 2, undelivered: back) { $0 }.sink("count") { self.count($0) }
        case .refused:
            source().sink("count", options: StageOptions(capacity: 1, whenFull: .refuse), undelivered: back) {
                self.count($0)
            }
        case .inline, .inlineBounded:
            source().map { $0 + 1 }.filter { _ in true }.compactMap { $0 - 1 }.sink("count", undelivered: back) {
                self.count($0)
            }
        case .inlineFlatMap:
            source().flatMap(of: Int.self) { i, emit in
                try emit(i)
                try emit(i)
            }
            .sink("count", undelivered: back) { self.count($0) }
        case .inlineOrdered:
            source().map { $0 }.map("pass", workers: 3, order: .preserve, undelivered: back) { $0 }.map { $0 }
                .sink("count") { self.count($0) }
        case .byHand:
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
            pipeline.add(ProducerStage("make", into: queue.takeProducer(), body: body))
            pipeline.add(ConsumerStage("count", from: queue.takeConsumer(), undelivered: back) { self.count($0) })
        case .into:
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 8)
            source().into(queue.takeProducer())
            pipeline.source("take", from: queue.takeConsumer(), undelivered: back)
                .sink("count", undelivered: back) { self.count($0) }
        }
    }
}
