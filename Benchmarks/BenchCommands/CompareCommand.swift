import ArgumentParser
import BenchKit
import Foundation
import ProgramSupport

/// `bench compare`: whether this code is slower than another.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Whether something got faster or slower, and what difference could have been seen.",
        discussion: """
            With --against, the benchmark of another commit is built and both are run in turn, each for a moment, again \
            and again: six minutes. With two files, what each run was to the C mutex queue beside it is compared, for \
            the machine was another one that day. Status 1 if anything is slower.
            """)

    @Argument(help: "Two files that --format json wrote: the old one, the new one.")
    var files: [PathName] = []

    @Option(help: "A commit, as git knows it: HEAD, a branch, a tag.")
    var against: PathName?

    @Option(
        help: "Rounds, in each of which both builds run each workload once. (default: 101; 21 if quick)",
        transform: Read.count)
    var rounds: Int?

    @Flag(help: "Fewer rows and rounds: a first look in a minute.")
    var quick = false

    @Flag(help: "Compares files of different machines or settings all the same.")
    var anyway = false

    @Option(help: "Seed of the resampling; the same seed repeats the verdicts.", transform: Read.count)
    var seed = 1

    @Option(help: "How to print the results: table, json or markdown.")
    var format = Format.table

    @Option(help: "Write the results to this file instead of standard output, which - stands for.")
    var output: PathName?

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        try CommonOptions.check("--rounds", rounds, Estimate.fewestRuns...1000)
        if format == .csv {
            throw ValidationError("--format is csv: a comparison is printed as table, json or markdown")
        }
        switch (against, files.count) {
        case (nil, 2), (_?, 0): break
        case (_?, _): throw ValidationError("--against and files: a commit or two files, not both")
        case (nil, let count): throw ValidationError("\(count) files: two are compared, or --against a commit")
        }
    }

    func run() throws {
        let destination = try Destination(output)
        let report = try against.map(commits) ?? stored()
        switch format {
        case .json: try destination.write(report.json())
        default: try destination.write(report.text(markdown: format == .markdown))
        }
        if report.hasSlower { throw ExitCode(1) }
    }

    private func commits(_ name: PathName) throws -> ComparisonReport {
        guard let commit = PairedRuns.commit(try name.text()) else {
            throw ValidationError("--against \(name): there is no such commit")
        }
        guard !Machine.isDebugBuild else {
            throw ValidationError("--against in a debug build: the other commit is built for release; use -c release")
        }
        Interrupt.arm()
        let progress = progress.line()
        let old = try PairedRuns.program(of: commit) { progress.say("building \(commit.prefix(12))") }
        let watch = ConditionsWatch()
        let runs = PairedRuns(old: old, new: Machine.thisProgram, rounds: rounds ?? (quick ? 21 : 101), quick: quick)
        let pairs = try runs.run { progress.show($0) }
        progress.clear()
        let comparison = Comparison(pairs: pairs, seed: UInt64(seed))
        guard !comparison.rows.isEmpty else { throw ExitCode(130) }
        let provenance = watch.ended()
        return ComparisonReport(
            comparison, old: String(commit.prefix(12)), new: provenance.machine.commit, unit: .rate,
            seed: UInt64(seed), provenance: provenance)
    }

    private func stored() throws -> ComparisonReport {
        let ((old, _), (new, provenance)) = (try Self.only(files[0]), try Self.only(files[1]))
        if let obstacle = Comparison.obstacle(old, new), !anyway {
            throw ValidationError("\(files[0]) and \(files[1]): \(obstacle); --anyway compares them all the same")
        }
        let comparison = Comparison(old: old, new: new, seed: UInt64(seed))
        guard !comparison.rows.isEmpty else {
            throw ValidationError(
                "\(files[0]) and \(files[1]): no contender has \(Estimate.fewestRuns) runs in both, beside "
                    + "\(Comparison.control), of work that goes as fast as it can")
        }
        return ComparisonReport(
            comparison, old: "\(files[0])", new: "\(files[1])", unit: .ratio, seed: UInt64(seed), provenance: provenance
        )
    }

    private static func only(_ path: PathName) throws -> (Report, Provenance) {
        let all = try StoredReport.all(in: path)
        guard all.count == 1 else {
            throw ValidationError("\(path): has \(all.count) results; one is compared with one")
        }
        guard let report = all[0].queues else {
            throw ValidationError("\(path): is of 'bench peers', which has no control to compare by")
        }
        return (report, all[0].provenance)
    }
}
