import ArgumentParser
import BenchKit

/// `bench idle`: the cost of waiting, and the time of waking.
struct IdleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "The cost of consumers that wait at an empty queue, and how soon one wakes.")

    @Option(help: "Threads that wait.", transform: Read.count)
    var consumers = 2

    @Option(
        help: "How long no element comes before one does, separated by commas, such as 10us,1ms.", transform: Read.times
    )
    var after = List([10_000, 1_000_000, 100_000_000])

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try CommonOptions.check("--consumers", consumers, 1...1024)
        for time in after.elements { try CommonOptions.check("--after", time, 1...5_000_000_000) }
        for size in common.batch?.elements ?? [] where size != 1 {
            throw ValidationError("--batch is \(size): elements come one at a time here")
        }
        try common.require(.idle)
    }

    func run() throws {
        let topology = Topology(severalProducers: false, severalConsumers: consumers > 1)
        let scenarios = after.elements.map {
            Scenario(
                workload: .idle, topology: topology, producers: 1, consumers: consumers, batch: 1,
                capacity: common.capacity, payloadBytes: common.payload, waiting: common.wait, pinned: common.pin,
                quietNanoseconds: $0)
        }
        try common.measure(scenarios, command: "idle", milliseconds: (500, 100)) {
            LatencyTable($0).text($1, markdown: $2)
        }
    }
}
