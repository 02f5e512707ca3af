import ArgumentParser
import BenchKit

/// `bench pipeline`: the tutorial's topology over ring and over mutex edges.
struct PipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "One producer, three intermediaries, one consumer, and the end of the stream through all.",
        discussion: "And what five light transforms cost: inline, and as the body of one stage.")

    @OptionGroup var common: CommonOptions

    @Option(
        help: "Nanoseconds of work of an intermediary for each element, separated by commas. (default: 0 and 2000)",
        transform: Read.counts)
    var work: List<Int>?

    func validate() throws {
        for work in work?.elements ?? [] { try CommonOptions.check("--work", work, 0...100_000_000) }
        try common.require(.pipeline131, .transforms)
    }

    func run() throws {
        let scenarios = (work?.elements ?? [0, 2000]).flatMap { work in
            // An intermediary that works two microseconds for an element does not take 32 in one call: no separate row.
            common.batches.filter { $0 == 1 || work == 0 || common.batch != nil }.map { batch in
                Scenario.pipeline(
                    batch: batch, capacity: common.capacity, payloadBytes: common.payload, waiting: common.wait,
                    pinned: common.pin, workNanoseconds: work)
            }
        }
        // Each transform gets one element, and does nothing else with it.
        guard work == nil, common.batches.contains(1) else { return try common.measure(scenarios, command: "pipeline") }
        let transforms = Scenario.transforms(
            capacity: common.capacity, payloadBytes: common.payload, waiting: common.wait, pinned: common.pin)
        try common.measure(scenarios + [transforms], command: "pipeline")
    }
}
