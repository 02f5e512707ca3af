import Histogram
import Pipelines
import RingQueues

/// Work for queues of any kind, done once.
protocol QueueWork: Sendable {
    /// The work.
    var scenario: Scenario { get }
    /// The capacity of the queue, or queues.
    var capacity: Int { get }

    /// Does it.
    ///
    /// - Parameters:
    ///   - kind: of the queue, or queues.
    ///   - payload: of the elements.
    ///   - moreProducers: clones an end; `nil` if there can be only one.
    ///   - moreConsumers: the same.
    /// - Returns: the measurement, verified.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample
}

/// The result of a consumer's thread.
struct Taken: ~Copyable {
    var ledger: Ledger
    /// Stays empty if ages are not noted.
    var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
}

extension QueueWork {
    /// Does it over a queue whose ends may have several threads each.
    func run<Kind: ManyProducers & ManyConsumers, P: Payload>(over kind: Kind.Type, _ payload: P.Type) throws -> Sample
    {
        try run(kind, payload, { $0.clone() }, { $0.clone() })
    }

    /// One queue and a thread for each of its ends. The measured time is that of the threads, from the first one's
    /// start to the last one's end.
    ///
    /// - Parameters:
    ///   - length: of the run.
    ///   - moreProducers: clones an end; `nil` if there can be only one.
    ///   - moreConsumers: the same.
    ///   - produce: enqueues as the producer of that number, and returns how many elements it made, `nil` if one was refused.
    ///   - consume: dequeues until the queue has ended.
    /// - Returns: the measurement, verified.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    func overOneQueue<Kind: QueueKind, P: Payload>(
        _ length: Length,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?,
        produce: @escaping @Sendable (_ out: inout Producer<P, Kind>, _ producer: Int, Team) -> Int?,
        consume: @escaping @Sendable (_ input: inout Consumer<P, Kind>, _ taken: inout Taken, Pulse, Team) -> Void
    ) throws -> Sample {
        let (producers, consumers) = (scenario.producers, scenario.consumers)
        let team = Team(size: producers + consumers, consumers: consumers, pinned: scenario.pinned, length: length)
        func start(_ stages: inout StageGroup, _ p: Int, _ end: consuming sending Producer<P, Kind>) throws {
            try stages.start("produce-\(p)", end) { out in
                let began = team.start(p)
                let made = produce(&out, p, team)
                let ended = Platform.nanoseconds
                team.report(
                    Team.Report(
                        began: began, ended: ended, isProducer: true, count: made ?? 0,
                        sum: Ledger.sum(of: p, elements: made ?? 0), isSound: made != nil))
            }
        }
        func start(_ stages: inout StageGroup, _ c: Int, _ end: consuming sending Consumer<P, Kind>) throws {
            try stages.start("consume-\(c)", end) { input in
                var taken = Taken(ledger: Ledger(producers: producers))
                let began = team.start(producers + c)
                consume(&input, &taken, team.pulse(c), team)
                let ended = Platform.nanoseconds
                team.report(
                    Team.Report(
                        began: began, ended: ended, isProducer: false, count: taken.ledger.count,
                        sum: taken.ledger.sum, isSound: taken.ledger.isSound, latencies: taken.latencies))
            }
        }
        var queue = try Queue.make(of: P.self, kind: Kind.self, capacity: capacity, waiting: scenario.waiting.strategy)
        let control = queue.control
        var stages = StageGroup()
        do {
            let producer = queue.takeProducer()
            for p in 1..<max(producers, 1) { try start(&stages, p, moreProducers!(producer)) }
            try start(&stages, 0, producer)
            let consumer = queue.takeConsumer()
            for c in 1..<max(consumers, 1) { try start(&stages, c, moreConsumers!(consumer)) }
            try start(&stages, 0, consumer)
        } catch {
            team.giveUp()
            throw error
        }
        let received = try team.finish(stages) { control.cancel() }
        return Team.sample(received)
    }
}
