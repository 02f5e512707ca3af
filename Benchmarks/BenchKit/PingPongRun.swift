import Histogram
import Pipelines
import RingQueues

/// One thread sends an element over one queue, another sends it back over a second: how long a round trip takes while
/// nothing else is under way.
struct PingPongRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        let strategy = scenario.waiting.strategy
        var there = try Queue.make(of: P.self, kind: kind, capacity: capacity, waiting: strategy)
        var back = try Queue.make(of: P.self, kind: kind, capacity: capacity, waiting: strategy)
        let team = Team(size: 2, consumers: 1, pinned: scenario.pinned, length: length)
        let controls = [there.control, back.control]
        var stages = StageGroup()
        do {
            try stages.start("ping", back.takeConsumer(), there.takeProducer()) { [self] input, out in
                var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
                let began = team.start(0)
                let rounds = ask(&input, &out, &latencies, team)
                team.report(
                    Team.Report(
                        began: began, ended: Platform.nanoseconds, isProducer: true, count: rounds ?? 0,
                        sum: Ledger.sum(of: 0, elements: rounds ?? 0), isSound: rounds != nil, latencies: latencies))
            }
            try stages.start("pong", there.takeConsumer(), back.takeProducer()) { [self] input, out in
                var ledger = Ledger(producers: 1)
                let began = team.start(1)
                let sent = answer(&input, &out, &ledger, team.pulse(0))
                team.report(
                    Team.Report(
                        began: began, ended: Platform.nanoseconds, isProducer: false, count: ledger.count,
                        sum: ledger.sum,
                        isSound: ledger.isSound && sent))
            }
        } catch {
            team.giveUp()
            throw error
        }
        let received = try team.finish(stages) { for control in controls { control.cancel() } }
        return Team.sample(received)
    }

    /// Rounds that were made; `nil` if an answer was not the value that was sent, or did not come.
    private func ask<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ out: inout Producer<P, Kind>, _ latencies: inout Histogram<UInt64>,
        _ team: Team
    ) -> Int? {
        let most = length.most
        var rounds = 0
        while rounds < most {
            let value = Ledger.value(rounds, of: 0)
            let began = Platform.nanoseconds
            guard case .enqueued = out.enqueue(P(value)), let answer = input.dequeue() else { return nil }
            latencies.record(UInt64(max(Platform.nanoseconds - began, 1)))
            guard answer.value == value, answer.isIntact else { return nil }
            rounds += 1
            if team.isOver { break }
        }
        return rounds
    }

    private func answer<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ out: inout Producer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) -> Bool {
        while let element = input.dequeue() {
            ledger.enter(element)
            pulse.beat(ledger.count)
            guard case .enqueued = out.enqueue(element) else { return false }
        }
        return true
    }
}
