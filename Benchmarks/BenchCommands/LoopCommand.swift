import ArgumentParser
import BenchKit
import ProgramSupport

/// `bench loop`: the loop that `scripts/lib/instructions` counts. It is not listed, because it is not a benchmark by
/// itself.
struct LoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loop", abstract: "Enqueue and dequeue on one thread, for counting instructions.",
        shouldDisplay: false)

    @Argument(help: "Which loop: c, swift or waiting.")
    var language: RingLoop

    @Option(help: "Which kind of ring: SPSC, MPSC, SPMC or MPMC.")
    var topology = Topology.spsc

    @Flag(help: "ConcurrencyKit's own ring.")
    var ck = false

    @Option(help: "Pairs of enqueue and dequeue.")
    var pairs = 1_000_000

    func run() throws {
        try CommonOptions.check("--pairs", pairs, 1...1_000_000_000)
        let sum = try language.run(topology, ck: ck, pairs: pairs)
        guard sum == pairs * (pairs - 1) / 2 else { throw BenchError(description: "the sum of the elements is \(sum)") }
        try StandardOutput.write("\(sum)\n")
    }
}
