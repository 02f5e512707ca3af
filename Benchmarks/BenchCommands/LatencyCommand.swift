import ArgumentParser
import BenchKit

/// `bench latency`: the ages of elements when they come.
struct LatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "The ages of elements when they come, at given rates; and the time of a round trip.",
        discussion: """
            Elements are due at fixed times, whatever becomes of those before them, and their time counts from then: a \
            stall counts against every element that it delays. At 'max', one producer sends as fast as the queue takes \
            elements, and their time counts from the call.
            """)

    @Option(
        help: "Elements a second of all producers together, separated by commas, such as 10k,1M,max.",
        transform: Read.rates)
    var rates = List<Int?>([10_000, 100_000, 1_000_000, nil])

    @Option(help: "Threads that enqueue.", transform: Read.count)
    var producers = 1

    @Option(help: "Threads that dequeue.", transform: Read.count)
    var consumers = 1

    @Option(help: "Stops each consumer for this time in the middle of each run, such as 100ms.", transform: Read.time)
    var pause = 0

    @Flag(inversion: .prefixedNo, help: "Round trips as well.")
    var pingpong = true

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for rate in rates.elements { try CommonOptions.check("--rates", rate, 1...100_000_000) }
        try CommonOptions.check("--producers", producers, 1...1024)
        try CommonOptions.check("--consumers", consumers, 1...1024)
        try CommonOptions.check("--pause", pause, 0...5_000_000_000)
        if pause > 0 && rates.elements.contains(nil) {
            throw ValidationError("--pause with the rate 'max': elements are not due at any time, so none can be late")
        }
        for size in common.batch?.elements ?? [] where size != 1 {
            throw ValidationError("--batch is \(size): latency is measured of single elements")
        }
        try common.require(.latency)
    }

    func run() throws {
        let topology = Topology(severalProducers: producers > 1, severalConsumers: consumers > 1)
        func scenario(
            _ workload: Workload, _ topology: Topology, _ producers: Int, _ consumers: Int, _ waiting: Waiting
        )
            -> Scenario
        {
            Scenario(
                workload: workload, topology: topology, producers: producers, consumers: consumers, batch: 1,
                capacity: common.capacity, payloadBytes: common.payload, waiting: waiting, pinned: common.pin)
        }
        var scenarios = rates.elements.map { rate in
            var scenario = scenario(.latency, topology, producers, consumers, common.wait)
            scenario.rate = rate
            scenario.pauseNanoseconds = pause
            return scenario
        }
        if pingpong {
            scenarios += [Waiting.spin, common.wait == .spin ? .adaptive : common.wait].map {
                scenario(.pingPong, .spsc, 1, 1, $0)
            }
        }
        try common.measure(scenarios, command: "latency", milliseconds: (1000, 200)) {
            LatencyTable($0).text($1, markdown: $2)
        }
    }
}
