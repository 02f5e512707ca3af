public import ArgumentParser
public import BenchKit
import Foundation
import ProgramSupport

extension Contender: ExpressibleByArgument {}
extension Topology: ExpressibleByArgument {
    /// A topology by its name, in any case.
    public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
extension Waiting: ExpressibleByArgument {}
extension RingLoop: ExpressibleByArgument {}

/// How the results are printed.
enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json, csv, markdown
}

/// A list of numbers or names, separated by commas.
struct List<Element> {
    var elements: [Element]

    init(_ elements: [Element]) { self.elements = elements }
}

extension List: ExpressibleByArgument where Element: ExpressibleByArgument {
    init?(argument: String) {
        elements = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let element = Element(argument: String(part)) else { return nil }
            elements.append(element)
        }
    }

    static var allValueStrings: [String] { Element.allValueStrings }
}

/// The options that all subcommands share.
package struct CommonOptions: ParsableArguments {
    @Option(
        help: """
            Contenders, separated by commas: ring, ring-try, ck-ring, mutex, c-mutex; in a pipeline also stages, \
            stages-inline, stages-mutex, stages-c-mutex. (default: all but ring-try)
            """)
    var queues: List<Contender>?

    @Option(
        help: "Elements a call, separated by commas; 1 uses the calls for one element.", transform: Read.counts)
    var batch: List<Int>?

    @Option(help: "Elements that fit into a queue.", transform: Read.count)
    package var capacity = Scenario.usualCapacity

    @Option(help: "Bytes of an element: 8, 64 or 256.", transform: Read.bytes)
    var payload = 8

    @Option(
        help: "Elements a run. (default: as many as go through in the time of a run)", transform: Read.count)
    var elements: Int?

    @Option(
        help: "Runs of each contender in each row; 'auto': until the ratios are known to 5 %, or --budget is used up.",
        transform: Read.runs)
    package var runs: RunsOption?

    @Option(
        help: "The most time that all rows together may take with --runs auto, such as 90s or 5min.",
        transform: Read.time)
    var budget = 300_000_000_000

    @Option(help: "How the rings wait: spin, adaptive or park. The mutexes always park.")
    var wait = Waiting.adaptive

    @Flag(inversion: .prefixedNo, help: "Tie each thread to a processor; of stages, the source only.")
    var pin = false

    @Flag(help: "Fewer rows, fewer and shorter runs: a first look in half a minute.")
    var quick = false

    @Option(help: "How to print the results: table, json, csv or markdown.")
    var format = Format.table

    @Option(help: "Write the results to this file instead of standard output, which - stands for.")
    var output: PathName?

    @OptionGroup var progress: ProgressOptions

    package init() {}

    package func validate() throws {
        try Self.check("--capacity", capacity, 1...(1 << 30))
        try Self.check("--elements", elements, 1...Length.mostElements)
        if case .count(let runs) = runs { try Self.check("--runs", runs, 1...1000) }
        try Self.check("--budget", budget, 1_000_000_000...86_400_000_000_000)
        for size in batch?.elements ?? [] { try Self.check("--batch", size, 1...capacity) }
        guard Scenario.payloads.contains(payload) else {
            throw ValidationError("--payload is \(payload): a payload has 8, 64 or 256 bytes")
        }
    }

    /// Rejects contenders that can do none of these workloads.
    func require(_ workloads: Workload...) throws {
        for contender in queues?.elements ?? [] where !workloads.contains(where: contender.takesPart) {
            throw ValidationError("--queues \(contender.rawValue): it has no part in '\(workloads[0].rawValue)'")
        }
    }

    static func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(name) is \(value): it must be \(range.lowerBound) to \(range.upperBound)")
    }

    var contenders: [Contender] { queues?.elements ?? Contender.usual }
    package var batches: [Int] { batch?.elements ?? [1, min(32, capacity)] }

    /// The command line without the options for the results' destination and for progress.
    static var repeating: [String] {
        var kept: [String] = []
        var isValue = false
        for argument in Arguments.encoded.map({ Arguments.readable($0) }) {
            let name = argument.prefix { $0 != "=" }
            if isValue {
                isValue = false
            } else if name == "--output" || name == "--format" {
                isValue = !argument.contains("=")
            } else if !["--quiet", "--verbose"].contains(name) {
                kept.append(argument)
            }
        }
        return kept
    }

    private func chosenRuns(_ scenarios: Int) -> Runner.Runs {
        switch runs {
        case .count(let count): .fixed(count)
        case .auto: .auto(Int64(budget / max(scenarios, 1)))
        case nil: .fixed(quick ? 3 : 5)
        }
    }

    /// Runs the scenarios and prints the results.
    ///
    /// - Parameters:
    ///   - scenarios: the scenarios to run.
    ///   - command: the subcommand's name.
    ///   - milliseconds: how long a run is, usually and if quick.
    ///   - table: the results for people.
    /// - Throws: the error; a `BenchError` if a result of ours was not verified.
    func measure(
        _ scenarios: [Scenario], command: String, milliseconds: (usual: Int, quick: Int) = (100, 40),
        table: ([Summary], Provenance, _ markdown: Bool) -> String = { TableReport($0).text($1, markdown: $2) }
    ) throws {
        guard scenarios.contains(where: { scenario in contenders.contains { $0.takesPart(in: scenario) } }) else {
            let names = contenders.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--queues \(names): none has a part in this; stages take one element at a time")
        }
        let destination = try Destination(output)
        Interrupt.arm()
        let time = Int64(quick ? milliseconds.quick : milliseconds.usual) * 1_000_000
        let length = elements.map(Length.elements) ?? .nanoseconds(time)
        let runner = Runner(runs: chosenRuns(scenarios.count), length: length)
        let watch = ConditionsWatch()
        let progress = progress.line()
        let summaries = try runner.run(scenarios, contenders) { progress.show($0) }
        progress.clear()
        let settings = Report.Settings(
            command: command, runs: runner.runs, length: length, pinned: pin,
            arguments: Self.repeating)
        let provenance = watch.ended()
        let report = Report(provenance, settings: settings, summaries: summaries)
        switch format {
        case .json: try destination.write(report.json())
        case .csv:
            for warning in provenance.conditions.warnings { ProgressLine.complain(warning) }
            try destination.write(report.csv())
        case .table, .markdown:
            try destination.write(table(summaries, provenance, format == .markdown))
        }
        let broken = summaries.filter { $0.contender.isOurs && $0.outcome != .ok }
        guard let first = broken.first else { return }
        throw BenchError(
            description: "\(first.contender.name(in: first.scenario)) \(first.outcome.rawValue) in "
                + "\(first.scenario.label): this is a defect of this package")
    }
}
