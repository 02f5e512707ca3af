import ArgumentParser
import BenchKit
import ProgramSupport

/// `bench turn`: one short run and its rate, which `compare` gets from two builds again and again. It records nothing
/// else, so that a turn is short. It is not listed, because it is not a benchmark by itself.
struct TurnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turn", abstract: "One run on threads that are tied to processors, in million elements a second.",
        shouldDisplay: false)

    @Argument(help: "The contender that does the work.")
    var contender: Contender

    @Option(help: "The queue's kind: SPSC, MPSC, SPMC or MPMC.")
    var topology = Topology.spsc

    @Option(help: "Threads that enqueue.", transform: Read.count)
    var producers = 1

    @Option(help: "Threads that dequeue.", transform: Read.count)
    var consumers = 1

    @Option(help: "Elements a call.", transform: Read.count)
    var batch = 1

    @Option(
        help: "The tutorial's pipeline instead, with this many nanoseconds of work for each element.",
        transform: Read.count)
    var work: Int?

    @Option(help: "How long it runs.", transform: Read.time)
    var time = 40_000_000

    func validate() throws {
        try CommonOptions.check("--producers", producers, 1...(topology.severalProducers ? 1024 : 1))
        try CommonOptions.check("--consumers", consumers, 1...(topology.severalConsumers ? 1024 : 1))
        try CommonOptions.check("--batch", batch, 1...Scenario.usualCapacity)
        try CommonOptions.check("--work", work, 0...1_000_000_000)
        try CommonOptions.check("--time", time, 1_000_000...1_000_000_000)
        guard contender.takesPart(in: scenario) else {
            throw ValidationError("\(contender.rawValue): it has no part in \(scenario.label)")
        }
    }

    private var scenario: Scenario {
        work.map { Scenario.pipeline(batch: batch, pinned: true, workNanoseconds: $0) }
            ?? Scenario(topology: topology, producers: producers, consumers: consumers, batch: batch, pinned: true)
    }

    func run() throws {
        let runner = Runner(runs: .fixed(1), length: .nanoseconds(Int64(time)))
        let summary = try runner.run([scenario], [contender]) { _ in true }[0]
        guard let rate = summary.rate else {
            throw BenchError(description: "\(contender.rawValue) \(summary.outcome.rawValue) in \(scenario.label)")
        }
        try StandardOutput.write("\(rate.median)\n")
    }
}
