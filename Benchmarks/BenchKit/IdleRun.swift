import Histogram
import RingQueues

/// Consumers wait at an empty queue: the processor time that this costs, and how soon one of them has an element that
/// comes after a quiet period.
struct IdleRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int

    /// Elements that are sent after a quiet period each, without the first ones.
    private var wakes: Int {
        if case .elements(let count) = length { return count }
        return min(max(Int(length.span) / max(scenario.quietNanoseconds, 1), Self.fewest), Self.most)
    }
    private static let fewest = 10
    private static let most = 1000
    /// With a shorter time, only the clock's own steps would be seen.
    private static let shortestQuiet: Int64 = 50_000_000

    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        let departures = Departures(elements: wakes, every: 1)
        let load = Load()
        var sample = try overOneQueue(
            .elements(wakes), moreProducers, moreConsumers,
            produce: { out, _, _ in
                load.percent = quiet()
                return wake(&out, departures)
            },
            consume: { input, taken, pulse, _ in
                while let element = input.dequeue() {
                    if taken.ledger.enter(element), departures.has(element.value) {
                        taken.latencies.record(UInt64(max(departures.since(element.value), 1)))
                    }
                    pulse.beat(total: taken.ledger.count)
                }
            })
        sample.idlePercent = load.percent
        return sample
    }

    /// Lets the consumers wait; returns the processor time of the process during that, in percent of one processor.
    private func quiet() -> Double {
        // The work of the consumers before they sleep must be over.
        Schedule.pause(10_000_000)
        let (wall, processor) = (Platform.nanoseconds, Platform.processorTime)
        Schedule.pause(max(length.span, Self.shortestQuiet))
        return Double(Platform.processorTime - processor) * 100 / Double(Platform.nanoseconds - wall)
    }

    private func wake<Kind: QueueKind, P: Payload>(_ out: inout Producer<P, Kind>, _ departures: Departures) -> Int? {
        for index in 0..<wakes {
            Schedule.wait(until: Platform.nanoseconds + Int64(scenario.quietNanoseconds))
            departures.note(index)
            guard case .enqueued = out.enqueue(P(Ledger.value(index, of: 0))) else { return nil }
        }
        return wakes
    }
}

/// The load that the producer measured while the queue was quiet.
private final class Load: @unchecked Sendable {
    // SAFETY: written by the producer, read when its thread has been joined.
    var percent: Double?
}
