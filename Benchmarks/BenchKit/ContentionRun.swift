import Pipelines
import RingQueues

/// Producers hand elements to consumers over one queue; the time is that of the threads, from the first one's start
/// to the last one's end.
struct ContentionRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int
    /// Whether the `try…` calls are used, in a loop, instead of those that wait.
    let tries: Bool

    /// How many elements a producer makes at most.
    private func share(_ producer: Int) -> Int {
        let elements = length.most
        return elements / scenario.producers + (producer < elements % scenario.producers ? 1 : 0)
    }

    /// Does the work once. The closures clone an end; `nil` where there can be one only.
    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        var queue = try Queue.make(of: P.self, kind: kind, capacity: capacity, waiting: scenario.waiting.strategy)
        let threads = scenario.producers + scenario.consumers
        let team = Team(size: threads, consumers: scenario.consumers, pinned: scenario.pinned, length: length)
        let control = queue.control
        var stages = StageGroup()
        do {
            let producer = queue.takeProducer()
            for p in 1..<max(scenario.producers, 1) {
                try start(&stages, producer: moreProducers!(producer), p, team)
            }
            try start(&stages, producer: producer, 0, team)
            let consumer = queue.takeConsumer()
            for c in 1..<max(scenario.consumers, 1) {
                try start(&stages, consumer: moreConsumers!(consumer), c, team)
            }
            try start(&stages, consumer: consumer, 0, team)
        }
        let received = team.watch { control.cancel() }
        try stages.join()
        return Team.sample(received)
    }

    private func start<Kind: QueueKind, P: Payload>(
        _ stages: inout StageGroup, producer: consuming sending Producer<P, Kind>,
        _ p: Int, _ team: Team
    ) throws {
        try stages.start("produce-\(p)", producer) { [self] out in
            let began = team.start(p)
            let made =
                tries
                ? produceTrying(&out, p, team)
                : scenario.batch > 1 ? produceBursts(&out, p, team) : produce(&out, p, team)
            let ended = Platform.nanoseconds
            team.report(
                Team.Report(
                    began: began, ended: ended, isProducer: true, count: made ?? 0,
                    sum: Ledger.sum(of: p, elements: made ?? 0), isSound: made != nil))
        }
    }

    private func start<Kind: QueueKind, P: Payload>(
        _ stages: inout StageGroup, consumer: consuming sending Consumer<P, Kind>,
        _ c: Int, _ team: Team
    ) throws {
        try stages.start("consume-\(c)", consumer) { [self] input in
            let began = team.start(scenario.producers + c)
            var ledger = Ledger(producers: scenario.producers)
            if tries {
                consumeTrying(&input, &ledger, team.pulse(c))
            } else if scenario.batch > 1 {
                consumeBursts(&input, &ledger, team.pulse(c))
            } else {
                consume(&input, &ledger, team.pulse(c))
            }
            let ended = Platform.nanoseconds
            team.report(
                Team.Report(
                    began: began, ended: ended, isProducer: false, count: ledger.count, sum: ledger.sum,
                    isSound: ledger.isSound))
        }
    }
}

/// The loops that are measured. A producer's returns how many elements it made, `nil` if one was refused.
extension ContentionRun {
    private func produce<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = share(producer)
        var made = 0
        while made < most {
            guard case .enqueued = out.enqueue(P(Ledger.value(made, of: producer))) else { return nil }
            made += 1
            if team.isOver { break }
        }
        return made
    }

    private func consume<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        while let element = input.dequeue() {
            ledger.enter(element)
            pulse.beat(ledger.count)
        }
    }

    private func produceBursts<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = share(producer)
        var burst = Burst<P>(scenario.batch)
        var made = 0
        while made < most {
            let count = min(scenario.batch, most - made)
            burst.fill(count) { P(Ledger.value(made + $0, of: producer)) }
            guard burst.send(&out) else { return nil }
            made += count
            if team.isOver { break }
        }
        return made
    }

    private func consumeBursts<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        var burst = Burst<P>(scenario.batch)
        while burst.receive(&input) {
            burst.forEach { ledger.enter($0) }
            pulse.beat(total: ledger.count)
        }
    }

    private func produceTrying<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = share(producer)
        var loop = TryLoop()
        var made = 0
        while made < most {
            switch out.tryEnqueue(P(Ledger.value(made, of: producer))) {
            case .enqueued: made += 1
            case .full: loop.failed()
            case .closed: return nil
            }
            if team.isOver && made > 0 { break }
        }
        return made
    }

    private func consumeTrying<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        var loop = TryLoop()
        while true {
            switch input.tryDequeue() {
            case .dequeued(let element):
                ledger.enter(element)
                pulse.beat(ledger.count)
            case .empty: loop.failed()
            case .closed: return
            }
        }
    }
}
