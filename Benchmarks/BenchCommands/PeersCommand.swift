import ArgumentParser
import BenchKit
import Foundation
import ProgramSupport

/// `bench peers`: our queues beside those of other languages and libraries, each in a program of its own.
struct PeersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers",
        abstract: "The ring beside the queues of other languages and libraries.",
        discussion: """
            'scripts/bench peers' builds the contenders' programs and then runs this. All contenders do the core \
            workloads; ours, and the best peers of each, do them again with other elements, with little room, on one \
            processor, under a quota and beside processes that never rest.
            """)

    @Option(help: "Workloads by name, separated by commas, such as 2p2c,idle. (default: all)")
    var workloads: List<String>?

    @Option(help: "Contenders by name, separated by commas; ring is always there. (default: all)")
    var contenders: List<String>?

    @Flag(help: "No variations.")
    var core = false

    @Option(help: "Runs of each contender in each workload. (default: 7; 3 if quick)")
    var runs: Int?

    @Option(help: "Milliseconds a run. (default: 50; 40 if quick)")
    var ms: Int?

    @Flag(help: "Fewer workloads, no variations, fewer and shorter runs: a first look in five minutes.")
    var quick = false

    @Option(help: "Where the contenders' programs are. (default: .build/peers of this package)")
    var programs: PathName?

    @Option(help: "How to print the results: table, json or markdown.")
    var format = Format.table

    @Option(help: "Write the results to this file instead of standard output, which - stands for.")
    var output: PathName?

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        try CommonOptions.check("--runs", runs, 1...1000)
        try CommonOptions.check("--ms", ms, 1...10_000)
        if format == .csv { throw ValidationError("--format is csv: peers are printed as table, json or markdown") }
        let known = Set(PeerWorkload.core.map(\.name))
        for name in workloads?.elements ?? [] where !known.contains(name) {
            let names = PeerWorkload.core.map(\.name).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
            throw ValidationError("--workloads \(name): there are \(names.joined(separator: ", "))")
        }
    }

    func run() throws {
        let destination = try Destination(output)
        Interrupt.arm()
        let directory = try programs?.text() ?? Machine.packageDirectory + "/.build/peers"
        let runner = PeerRunner(
            runs: runs ?? (quick ? 3 : 7), milliseconds: ms ?? (quick ? 40 : 50),
            hog: [Machine.thisProgram, "hog", "--parent", "\(getpid())"])
        let watch = ConditionsWatch()
        let progress = progress.line()
        let result = try runner.run(chosenWorkloads, try chosenContenders(directory)) { progress.show($0) }
        progress.clear()
        let leftOut = PeerContender.leftOut(in: directory) + result.leftOut
        let provenance = watch.ended()
        switch format {
        case .json:
            let report = PeerReport(
                provenance, runner: runner, arguments: CommonOptions.repeating,
                leftOut: leftOut, summaries: result.summaries)
            try destination.write(report.json())
        default:
            let table = PeerTable(result.summaries, leftOut: leftOut)
            try destination.write(table.text(provenance, markdown: format == .markdown))
        }
        if let broken = result.summaries.first(where: { $0.contender.isOurs && $0.outcome != .ok }) {
            throw BenchError(
                description: "\(broken.contender.label) \(broken.outcome.rawValue) in \(broken.workload.label): "
                    + "this is a defect of this package")
        }
    }

    private var chosenWorkloads: [PeerWorkload] {
        let core = quick && workloads == nil ? PeerWorkload.quick : PeerWorkload.core
        let all = self.core || quick ? core : core + PeerWorkload.variations
        guard let names = workloads?.elements else { return all }
        return all.filter { names.contains($0.name) }
    }

    private func chosenContenders(_ directory: String) throws -> [PeerContender] {
        let all = try PeerContender.all(in: directory)
        guard let names = contenders?.elements else { return all }
        for name in names where !all.contains(where: { $0.name == name }) {
            throw ValidationError("--contenders \(name): there are \(all.map(\.label).joined(separator: ", "))")
        }
        return all.filter { $0.name == PeerContender.ring || names.contains($0.name) }
    }
}

/// `bench hog`: burns a processor beside `bench peers`. It is not listed, because it is not a benchmark by itself.
struct HogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hog", abstract: "Burns a processor.", shouldDisplay: false)

    @Option(help: "Ends with this process.")
    var parent: Int32

    func run() {
        while getppid() == parent {}
    }
}
