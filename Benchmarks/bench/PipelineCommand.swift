import ArgumentParser
import BenchKit

/// `bench pipeline`: the tutorial's topology over ring and over mutex edges.
struct PipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "One producer, three intermediaries, one consumer, and the end of the stream through all.")

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for contender in common.contenders where contender == .ringTry {
            throw ValidationError("--queues \(contender.rawValue): the pipeline's stages use the calls that wait")
        }
    }

    func run() throws {
        let scenarios = common.batches.map { batch in
            Scenario(
                workload: .pipeline131, topology: .spmc, producers: 1, consumers: 3, batch: batch,
                capacity: common.capacity, payloadBytes: common.payload, waiting: common.wait, pinned: common.pin)
        }
        try common.measure(scenarios, command: "pipeline")
    }
}
