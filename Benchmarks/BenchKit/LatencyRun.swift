import Histogram
import RingQueues

/// Producers send at a given rate, and consumers note the age of each element when it comes. Without a rate, producers
/// send as fast as the queue takes elements, and the age of one element in 64 is noted.
struct LatencyRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    /// When the elements are due; `nil` without a rate. Asked when the team has started.
    private func schedule(_ team: Team) -> Schedule? {
        scenario.rate.map { Schedule(origin: team.origin, rate: $0, producers: scenario.producers) }
    }

    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        let departures = (0..<scenario.producers).map {
            Departures(elements: scenario.rate == nil ? scenario.elements(of: $0, in: length) : 0)
        }
        // At a rate, the number of elements ends the run; without one, the time does.
        let ends = scenario.rate == nil ? length : .elements(scenario.elements(in: length))
        return try overOneQueue(
            ends, moreProducers, moreConsumers,
            produce: { out, p, team in
                if let schedule = schedule(team) { return produce(&out, p, schedule) }
                return flood(&out, p, team, departures[p])
            },
            consume: { input, taken, pulse, team in
                if let schedule = schedule(team) {
                    consume(&input, &taken.ledger, &taken.latencies, schedule, pulse)
                } else {
                    drain(&input, &taken.ledger, &taken.latencies, departures, pulse)
                }
            })
    }
}

/// The loops that are measured. A producer's returns how many elements it made, `nil` if one was refused.
extension LatencyRun {
    private func produce<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ schedule: Schedule
    ) -> Int? {
        let count = scenario.elements(of: producer, in: length)
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
            if ledger.enter(element) {
                let (index, producer) = Ledger.origin(of: element.value)
                latencies.record(UInt64(max(now - schedule.due(index, of: producer), 1)))
            }
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
        let most = scenario.elements(of: producer, in: length)
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
            if ledger.enter(element) {
                let (index, producer) = Ledger.origin(of: element.value)
                if departures[producer].has(index) {
                    latencies.record(UInt64(max(departures[producer].since(index), 1)))
                }
            }
            pulse.beat(ledger.count)
        }
    }
}
