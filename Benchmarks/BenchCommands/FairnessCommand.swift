import ArgumentParser
import BenchKit
import ProgramSupport

/// `bench fairness`: whether every end of a shared queue gets its turns.
struct FairnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract: "The share of the worst end of a shared queue, in each window of a million elements.")

    @Option(help: "Threads on each side, separated by commas.", transform: Read.counts)
    var ends = List([2, 8])

    @Option(help: "Windows to record.", transform: Read.count)
    var windows = 100

    @Option(help: "Elements that fit into the queue.", transform: Read.count)
    var capacity = Scenario.usualCapacity

    func validate() throws {
        for count in ends.elements { try CommonOptions.check("--ends", count, 1...1024) }
        try CommonOptions.check("--windows", windows, 1...100_000)
        try CommonOptions.check("--capacity", capacity, 1...(1 << 30))
    }

    func run() throws {
        try StandardOutput.write(
            "the worst end's part of an even share: least, 5th percentile and median of \(windows) windows\n")
        for count in ends.elements {
            let run = FairnessRun(producers: count, consumers: count, capacity: capacity, windows: windows)
            for (name, shares) in [("ring", try run.ring()), ("mutex", try run.mutex())] {
                try StandardOutput.write(
                    "\(name) \(count)+\(count): producers \(Self.text(shares.producers)), "
                        + "consumers \(Self.text(shares.consumers))\n")
            }
        }
    }

    private static func text(_ shares: [Double]) -> String {
        let sorted = shares.sorted()
        return [0, sorted.count / 20, sorted.count / 2].map { TableReport.short(sorted[$0]) }.joined(separator: " / ")
    }
}
