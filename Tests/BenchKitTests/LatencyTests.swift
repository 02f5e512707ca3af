import BenchKit
import RingQueues
import TestSupport
import Testing

/// The latencies that the workloads record, and their starting points.
@Suite(.watched) struct LatencyTests {
    private func latency(
        _ contender: Contender, rate: Int?, pause: Int = 0, producers: Int = 1, _ length: Length
    ) throws -> Sample {
        let scenario = Scenario(
            workload: .latency, topology: producers > 1 ? .mpsc : .spsc, producers: producers, consumers: 1, batch: 1,
            rate: rate, pauseNanoseconds: pause)
        return try contender.run(scenario, length)
    }

    @Test func elementsAreDueAtTheirRate() {
        let schedule = Schedule(origin: 1000, rate: 3, producers: 2)
        #expect(
            [(0, 0), (0, 1), (1, 0), (1, 1)].map { schedule.due($0.0, of: $0.1) }
                == [1000, 333_334_333, 666_667_666, 1_000_001_000])
        // A day at a hundred million a second.
        let fast = Schedule(origin: 0, rate: 100_000_000, producers: 1)
        #expect(fast.due(8_640_000_000_000, of: 0) == 86_400_000_000_000)
    }

    @Test(arguments: [Contender.ring, .ckRing, .mutex, .cMutex])
    func everyElementAtARateIsLookedAt(contender: Contender) throws {
        for producers in [1, 3] {
            let sample = try latency(contender, rate: 1_000_000, producers: producers, .nanoseconds(2_000_000))
            #expect(sample.outcome == .ok)
            #expect(sample.elements == 2000)
            #expect(sample.latencies?.totalCount == 2000)
            let flood = try latency(contender, rate: nil, producers: producers, .elements(3000))
            #expect(flood.outcome == .ok && flood.elements == 3000)
            #expect(flood.latencies?.totalCount == UInt64(producers == 1 ? 47 : 3 * 16))
        }
    }

    /// The promise of an open loop. Noise can only make the delays longer.
    @Test func aStallCountsAgainstEveryElementThatItDelays() throws {
        let sample = try latency(.mutex, rate: 100_000, pause: 100_000_000, .nanoseconds(1_000_000_000))
        #expect(sample.outcome == .ok)
        #expect(try #require(sample.latency(percentile: 99.9)) >= 90_000_000)
    }

    /// The same stall, seen by a sender that waits: one call is slow, and the calls that it did not make count for
    /// nothing. So at most eleven of 100,000 elements can take 90 ms in a second.
    @Test func aSenderThatWaitsHidesAStall() throws {
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1024)
        var threads = Threads()
        threads.start(queue.takeConsumer()) { consumer in
            while let element = consumer.dequeue() {
                if element == 50_000 { Schedule.pause(100_000_000) }
            }
        }
        var producer = queue.takeProducer()
        var slow = 0
        for i in 0..<100_000 {
            let began = Platform.nanoseconds
            guard case .enqueued = producer.enqueue(i) else { break }
            if Platform.nanoseconds - began >= 90_000_000 { slow += 1 }
        }
        producer.finish()
        threads.join()
        #expect(slow < 100, "p99.9 would show it")
    }

    @Test(arguments: [Contender.ring, .ckRing, .mutex, .cMutex])
    func roundTripsComeBack(contender: Contender) throws {
        let scenario = Scenario(workload: .pingPong, topology: .spsc, producers: 1, consumers: 1, batch: 1)
        let sample = try contender.run(scenario, .elements(300))
        #expect(sample.outcome == .ok)
        #expect(sample.elements == 300)
        #expect(sample.latencies?.totalCount == 300)
        var spinning = scenario
        spinning.waiting = .spin
        #expect(contender.takesPart(in: spinning) == (contender == .ring || contender == .ckRing))
    }

    @Test(arguments: [Contender.ring, .ckRing, .mutex, .cMutex])
    func everyWakeUpIsLookedAt(contender: Contender) throws {
        let scenario = Scenario(
            workload: .idle, topology: .spmc, producers: 1, consumers: 3, batch: 1, quietNanoseconds: 100_000)
        let sample = try contender.run(scenario, .nanoseconds(2_000_000))
        #expect(sample.outcome == .ok)
        #expect(sample.latencies?.totalCount == 20)
        #expect(try #require(sample.idlePercent) >= 0)
    }

    @Test func asManyWakeUpsAsElementsThatWereAskedFor() throws {
        let scenario = Scenario(
            workload: .idle, topology: .spsc, producers: 1, consumers: 1, batch: 1, quietNanoseconds: 1000)
        let sample = try Contender.ring.run(scenario, .elements(7))
        #expect(sample.outcome == .ok && sample.elements == 7 && sample.latencies?.totalCount == 7)
    }

    /// As long as the run was to last, and long enough for the clock's steps. Noise can only make it longer.
    @Test(arguments: [(Length.elements(1), 50_000_000), (.nanoseconds(200_000_000), 200_000_000)] as [(Length, Int64)])
    func theQuietIsLongEnoughToMeasure(length: Length, quiet: Int64) throws {
        let scenario = Scenario(
            workload: .idle, topology: .spsc, producers: 1, consumers: 1, batch: 1, quietNanoseconds: 1000)
        let sample = try Contender.ring.run(scenario, length)
        #expect(sample.outcome == .ok && sample.nanoseconds >= quiet)
    }

    @Test func quantitiesAreReadStrictly() {
        #expect(["7", "10k", "2M", "1G"].map { Quantity.count($0) } == [7, 10_000, 2_000_000, 1_000_000_000])
        #expect(["64", "64B", "64KiB", "1MiB"].map { Quantity.bytes($0) } == [64, 64, 65_536, 1_048_576])
        #expect(
            ["5ns", "10us", "10µs", "1ms", "2s"].map { Quantity.time($0) } == [
                5, 10_000, 10_000, 1_000_000, 2_000_000_000,
            ])
        for text in ["", "k", "-1", "+1", "1 k", "1K", "1kk", "0x1", "1.5k", "٣", "9223372036854775807k"] {
            #expect(Quantity.count(text) == nil, "\(text)")
            #expect(Quantity.bytes(text) == nil, "\(text)")
            #expect(Quantity.time(text) == nil, "\(text)")
        }
        #expect([1, 1000, 1500, 2_000_000].map { Quantity.count($0) } == ["1", "1k", "1500", "2M"])
        #expect(Quantity.time(100_000) == "100 µs" && Quantity.rounded(28_123_456) == "28.1M")
    }
}
