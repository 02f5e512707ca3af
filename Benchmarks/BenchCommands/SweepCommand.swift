import ArgumentParser
import BenchKit

/// `bench sweep`: how the contenders change with one dimension.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "One dimension after another value, everything else fixed.")

    /// The dimension that changes.
    enum Dimension: String, CaseIterable, ExpressibleByArgument {
        case capacity, batch, threads, payload

        /// Values that show where the figures bend.
        var usual: [Int] {
            switch self {
            case .capacity: [1, 4, 16, 64, 256, 1024, 4096, 16384]
            case .batch: [1, 2, 4, 8, 16, 32, 64, 128, 256]
            case .threads: [1, 2, 4, 8, 16]
            case .payload: Scenario.payloads
            }
        }
    }

    @Option(help: "What changes: capacity, batch, threads (on each side that several share) or payload.")
    var over: Dimension

    @Option(help: "Its values, separated by commas. (default: a series)", transform: Read.counts)
    var values: List<Int>?

    @Option(help: "SPSC, MPSC, SPMC or MPMC. (default: MPMC over threads, else SPSC)")
    var topology: Topology?

    @Option(help: "Threads on each side that several share. (default: the processors)", transform: Read.count)
    var threads: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try CommonOptions.check("--threads", threads, 1...1024)
        if let batch = common.batch?.elements, batch.count > 1 {
            throw ValidationError("--batch has \(batch.count) values: a sweep over \(over.rawValue) has one")
        }
        for value in series {
            switch over {
            case .capacity: try CommonOptions.check("--values", value, (common.batch?.elements[0] ?? 1)...(1 << 30))
            case .batch: try CommonOptions.check("--values", value, 1...common.capacity)
            case .threads: try CommonOptions.check("--values", value, 1...1024)
            case .payload:
                guard Scenario.payloads.contains(value) else {
                    throw ValidationError("--values \(value): a payload has 8, 64 or 256 bytes")
                }
            }
        }
        if over == .threads && topology == .spsc {
            throw ValidationError("--topology SPSC: it has one thread on each side")
        }
        try common.require(.contention)
    }

    func run() throws { try common.measure(series.map(scenario), command: "sweep-\(over.rawValue)") }

    private var series: [Int] { values?.elements ?? over.usual }

    private func scenario(_ value: Int) -> Scenario {
        let topology = topology ?? (over == .threads ? .mpmc : .spsc)
        let threads = over == .threads ? value : self.threads ?? min(Machine.usableProcessors, 1024)
        return Scenario(
            topology: topology, producers: topology.severalProducers ? threads : 1,
            consumers: topology.severalConsumers ? threads : 1,
            batch: over == .batch ? value : common.batch?.elements[0] ?? 1,
            capacity: over == .capacity ? value : common.capacity,
            payloadBytes: over == .payload ? value : common.payload, waiting: common.wait, pinned: common.pin)
    }
}
