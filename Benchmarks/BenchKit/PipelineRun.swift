import Histogram
import Pipelines
import RingQueues

/// The tutorial's pipeline: one producer, three intermediaries that share a queue, one consumer; the end of the stream
/// travels through it after the last element.
struct PipelineRun: Sendable {
    static let intermediaries = 3

    let scenario: Scenario
    let length: Length
    let capacity: Int

    func run<Near: ManyConsumers, Far: ManyProducers, P: Payload>(
        _ near: Near.Type, _ far: Far.Type, _ payload: P.Type
    ) throws -> Sample {
        let strategy = scenario.waiting.strategy
        var first = try Queue.make(of: P.self, kind: near, capacity: capacity, waiting: strategy)
        var second = try Queue.make(of: P.self, kind: far, capacity: capacity, waiting: strategy)
        var arrivals = try Queue.make(of: Arrivals.self, kind: SPSC.self, capacity: 1)
        let team = Team(size: Self.intermediaries + 2, consumers: 1, pinned: scenario.pinned, length: length)
        let departures = Departures(elements: length.most)
        let controls = [first.control, second.control]
        var stages = StageGroup()
        do {
            try stages.start("produce", first.takeProducer()) { [self] out in
                let began = team.start(0)
                let made =
                    scenario.batch > 1 ? produceBursts(&out, departures, team) : produce(&out, departures, team)
                let ended = Platform.nanoseconds
                team.report(
                    Team.Report(
                        began: began, ended: ended, isProducer: true, count: made ?? 0, isSound: made != nil))
            }
            let input = first.takeConsumer()
            let output = second.takeProducer()
            for worker in 0..<Self.intermediaries {
                try stages.start("pass-\(worker)", input.clone(), output.clone()) { [self] input, output in
                    let began = team.start(1 + worker)
                    let passed = scenario.batch > 1 ? passBursts(&input, &output) : pass(&input, &output)
                    let ended = Platform.nanoseconds
                    team.report(
                        Team.Report(began: began, ended: ended, isProducer: false, count: 0, isSound: passed))
                }
            }
            try stages.start("collect", second.takeConsumer(), arrivals.takeProducer()) { [self] input, out in
                var arrived = Arrivals(elements: length.most)
                let began = team.start(1 + Self.intermediaries)
                if scenario.batch > 1 {
                    collectBursts(&input, &arrived, departures, team.pulse(0))
                } else {
                    collect(&input, &arrived, departures, team.pulse(0))
                }
                let ended = Platform.nanoseconds
                let count = arrived.count
                let sound = arrived.isSound
                _ = out.tryEnqueue(arrived)
                team.report(
                    Team.Report(began: began, ended: ended, isProducer: false, count: count, isSound: sound))
            }
        } catch {
            team.giveUp()
            throw error
        }
        let received = try team.finish(stages) { for control in controls { control.cancel() } }
        guard let received else { return Sample(outcome: .stalled, elements: 0, nanoseconds: 0) }
        let began = received.map(\.began).min() ?? 0
        let ended = received.map(\.ended).max() ?? 0
        var arrivalsEnd = arrivals.takeConsumer()
        let arrived = arrivalsEnd.dequeue()
        let made = received.filter(\.isProducer).reduce(0) { $0 + $1.count }
        let complete = received.allSatisfy(\.isSound) && arrived?.isComplete(made) == true
        return Sample(
            outcome: complete ? .ok : .failed, elements: made, nanoseconds: ended - began,
            latencies: arrived?.latencies)
    }
}

/// The loops that are measured. The producer's returns how many elements it made, `nil` if one was refused; the others
/// return whether the next stage took everything.
extension PipelineRun {
    private func produce<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ departures: Departures, _ team: Team
    ) -> Int? {
        let most = length.most
        var made = 0
        while made < most {
            departures.note(made)
            guard case .enqueued = out.enqueue(P(made)) else { return nil }
            made += 1
            if team.isOver { break }
        }
        return made
    }

    private func pass<Near: QueueKind, Far: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Near>, _ output: inout Producer<P, Far>
    ) -> Bool {
        let work = scenario.workNanoseconds
        while let element = input.dequeue() {
            if work > 0 { Self.work(work) }
            guard case .enqueued = output.enqueue(element) else { return false }
        }
        return true
    }

    /// Keeps the processor busy for the given time.
    static func work(_ nanoseconds: Int) {
        let end = Platform.nanoseconds + Int64(nanoseconds)
        while Platform.nanoseconds < end {}
    }

    private func collect<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ arrived: inout Arrivals, _ departures: Departures, _ pulse: Pulse
    ) {
        while let element = input.dequeue() {
            arrived.enter(element, departures)
            pulse.beat(arrived.count)
        }
    }

    private func produceBursts<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ departures: Departures, _ team: Team
    ) -> Int? {
        let most = length.most
        var burst = Burst<P>(scenario.batch)
        var made = 0
        while made < most {
            let count = min(scenario.batch, most - made)
            burst.fill(count) { i in
                departures.note(made + i)
                return P(made + i)
            }
            guard burst.send(&out) else { return nil }
            made += count
            if team.isOver { break }
        }
        return made
    }

    private func passBursts<Near: QueueKind, Far: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Near>, _ output: inout Producer<P, Far>
    ) -> Bool {
        var burst = Burst<P>(scenario.batch)
        while burst.receive(&input) {
            guard burst.send(&output) else { return false }
        }
        return true
    }

    private func collectBursts<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ arrived: inout Arrivals, _ departures: Departures, _ pulse: Pulse
    ) {
        var burst = Burst<P>(scenario.batch)
        while burst.receive(&input) {
            burst.forEach { arrived.enter($0, departures) }
            pulse.beat(total: arrived.count)
        }
    }
}

/// The bookkeeping of the last consumer: that each element came exactly once, and how long some of them took.
package struct Arrivals: Sendable {
    private let elements: Int
    private var seen: [UInt64]
    private(set) var isSound = true
    private(set) var count = 0
    private(set) var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

    package init(elements: Int) {
        self.elements = elements
        seen = Array(repeating: 0, count: (elements + 63) / 64)
    }

    /// Whether exactly the first `made` elements came, each once.
    package func isComplete(_ made: Int) -> Bool {
        guard isSound, count == made else { return false }
        let whole = made / 64
        return seen.prefix(whole).allSatisfy { $0 == .max }
            && (made % 64 == 0 || seen[whole] == 1 << UInt64(made % 64) - 1)
    }

    @inline(__always)
    package mutating func enter<P: Payload>(_ element: P, _ departures: Departures) {
        let index = element.value
        guard index >= 0, index < elements, element.isIntact, seen[index / 64] & (1 << UInt64(index % 64)) == 0 else {
            isSound = false
            return
        }
        seen[index / 64] |= 1 << UInt64(index % 64)
        count += 1
        if departures.has(index) { latencies.record(UInt64(max(departures.since(index), 1))) }
    }
}
