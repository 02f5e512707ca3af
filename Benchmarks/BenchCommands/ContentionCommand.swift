import ArgumentParser
import BenchKit

/// `bench contention`, or just `bench`: queues × topologies × thread counts × batches.
struct ContentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contention",
        abstract: "Producers hand elements to consumers over one queue. Runs if no subcommand is named.")

    @Option(help: "Topologies, separated by commas: SPSC, MPSC, SPMC, MPMC. (default: all)")
    var topologies: List<Topology>?

    @Option(
        help: "Numbers of producers, separated by commas. (default: below, at and above the processors)",
        transform: Read.counts)
    var producers: List<Int>?

    @Option(
        help: "Numbers of consumers, separated by commas. (default: as many as producers)", transform: Read.counts)
    var consumers: List<Int>?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for count in producers?.elements ?? [] { try CommonOptions.check("--producers", count, 1...1024) }
        for count in consumers?.elements ?? [] { try CommonOptions.check("--consumers", count, 1...1024) }
        if let topologies, producers != nil || consumers != nil {
            for topology in topologies.elements where threads(topology).isEmpty {
                throw ValidationError("none of the numbers of producers and consumers fits \(topology.rawValue)")
            }
        }
        try common.require(.contention)
    }

    func run() throws {
        let topologies = topologies?.elements ?? Topology.allCases
        let scenarios = topologies.flatMap { topology in
            common.batches.flatMap { batch in
                threads(topology).map { threads in
                    Scenario(
                        topology: topology, producers: threads.producers, consumers: threads.consumers, batch: batch,
                        capacity: common.capacity, payloadBytes: common.payload, waiting: common.wait,
                        pinned: common.pin)
                }
            }
        }
        guard !scenarios.isEmpty else {
            throw ValidationError("no topology takes the numbers of producers and consumers that were asked for")
        }
        try common.measure(scenarios, command: "contention")
    }

    /// The thread counts that fit a topology, of those that were asked for.
    private func threads(_ topology: Topology) -> [(producers: Int, consumers: Int)] {
        let pairs: [(producers: Int, consumers: Int)]
        switch (producers?.elements, consumers?.elements) {
        case (let producers?, let consumers?):
            pairs = producers.flatMap { p in consumers.map { (p, $0) } }
        case (let producers?, nil):
            pairs = producers.map { ($0, topology.severalConsumers ? $0 : 1) }
        case (nil, let consumers?):
            pairs = consumers.map { (topology.severalProducers ? $0 : 1, $0) }
        case (nil, nil): pairs = topology.usualThreads(quick: common.quick)
        }
        return pairs.filter {
            ($0.producers == 1 || topology.severalProducers) && ($0.consumers == 1 || topology.severalConsumers)
        }
    }
}
