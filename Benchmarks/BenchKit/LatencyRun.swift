import Histogram
import Pipelines
import RingQueues

/// Producers send at a given rate, consumers note how old each element is when it comes; without a rate, as fast as the
/// queue takes them, and one element in 64 is looked at.
struct LatencyRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    /// Elements of one producer.
    private func share(_ producer: Int) -> Int {
        let elements = scenario.elements(in: length)
        return elements / scenario.producers + (producer < elements % scenario.producers ? 1 : 0)
    }

    /// When the elements are due; `nil` without a rate. Asked when the team has started.
    private func schedule(_ team: Team) -> Schedule? {
        scenario.rate.map { Schedule(origin: team.origin, rate: $0, producers: scenario.producers) }
    }

    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        var queue = try Queue.make(of: P.self, kind: kind, capacity: capacity, waiting: scenario.waiting.strategy)
        // At a rate, the elements end the run; without one, the time does.
        let fixed = scenario.rate == nil ? length : .elements(scenario.elements(in: length))
        let team = Team(
            size: scenario.producers + scenario.consumers, consumers: scenario.consumers, pinned: scenario.pinned,
            length: fixed)
        let departures = (0..<scenario.producers).map {
            Departures(elements: scenario.rate == nil ? share($0) : 0)
        }
        let control = queue.control
        var stages = StageGroup()
        do {
            let producer = queue.takeProducer()
            for p in 1..<max(scenario.producers, 1) {
                try start(&stages, producer: moreProducers!(producer), p, team, departures[p])
            }
            try start(&stages, producer: producer, 0, team, departures[0])
            let consumer = queue.takeConsumer()
            for c in 1..<max(scenario.consumers, 1) {
                try start(&stages, consumer: moreConsumers!(consumer), c, team, departures)
            }
            try start(&stages, consumer: consumer, 0, team, departures)
        }
        let received = team.watch { control.cancel() }
        try stages.join()
        return Team.sample(received)
    }

    private func start<Kind: QueueKind, P: Payload>(
        _ stages: inout StageGroup, producer: consuming sending Producer<P, Kind>, _ p: Int, _ team: Team,
        _ departures: Departures
    ) throws {
        try stages.start("produce-\(p)", producer) { [self] out in
            let began = team.start(p)
            let made =
                if let schedule = schedule(team) {
                    produce(&out, p, schedule)
                } else {
                    flood(&out, p, team, departures)
                }
            team.report(
                Team.Report(
                    began: began, ended: Platform.nanoseconds, isProducer: true, count: made ?? 0,
                    sum: Ledger.sum(of: p, elements: made ?? 0), isSound: made != nil))
        }
    }

    private func start<Kind: QueueKind, P: Payload>(
        _ stages: inout StageGroup, consumer: consuming sending Consumer<P, Kind>, _ c: Int, _ team: Team,
        _ departures: [Departures]
    ) throws {
        try stages.start("consume-\(c)", consumer) { [self] input in
            var ledger = Ledger(producers: scenario.producers)
            var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
            let began = team.start(scenario.producers + c)
            if let schedule = schedule(team) {
                consume(&input, &ledger, &latencies, schedule, team.pulse(c))
            } else {
                drain(&input, &ledger, &latencies, departures, team.pulse(c))
            }
            team.report(
                Team.Report(
                    began: began, ended: Platform.nanoseconds, isProducer: false, count: ledger.count, sum: ledger.sum,
                    isSound: ledger.isSound, latencies: latencies))
        }
    }
}

/// The loops that are measured. A producer's returns how many elements it made, `nil` if one was refused.
extension LatencyRun {
    private func produce<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ schedule: Schedule
    ) -> Int? {
        let count = share(producer)
        for index in 0..<count {
            Schedule.wait(until: schedule.due(index, of: producer))
            guard case .enqueued = out.enqueue(P(Ledger.value(index, of: producer))) else { return nil }
        }
        return count
    }

    private func consume<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ latencies: inout Histogram<UInt64>,
        _ schedule: Schedule, _ pulse: Pulse
    ) {
        var stopsAt = scenario.pauseNanoseconds > 0 ? schedule.origin + scenario.span(of: length) / 2 : .max
        while let element = input.dequeue() {
            let now = Platform.nanoseconds
            ledger.enter(element)
            let (index, producer) = Ledger.origin(of: element.value)
            latencies.record(UInt64(max(now - schedule.due(index, of: producer), 1)))
            pulse.beat(total: ledger.count)
            if now >= stopsAt {
                Schedule.pause(Int64(scenario.pauseNanoseconds))
                stopsAt = .max
            }
        }
    }

    private func flood<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team, _ departures: Departures
    ) -> Int? {
        let most = share(producer)
        var made = 0
        while made < most {
            departures.note(made)
            guard case .enqueued = out.enqueue(P(Ledger.value(made, of: producer))) else { return nil }
            made += 1
            if team.isOver { break }
        }
        return made
    }

    private func drain<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ latencies: inout Histogram<UInt64>,
        _ departures: [Departures], _ pulse: Pulse
    ) {
        while let element = input.dequeue() {
            ledger.enter(element)
            let (index, producer) = Ledger.origin(of: element.value)
            if departures[producer].has(index) {
                latencies.record(UInt64(max(departures[producer].since(index), 1)))
            }
            pulse.beat(ledger.count)
        }
    }
}
