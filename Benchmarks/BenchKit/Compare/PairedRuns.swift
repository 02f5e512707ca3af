import Foundation

/// Two builds of the benchmark, run again and again one behind the other.
public struct PairedRuns: Sendable {
    /// The program of the old commit.
    public var old: String
    /// The program of the new one.
    public var new: String
    /// How often each runs.
    public var rounds: Int
    /// Fewer rows and shorter runs.
    public var quick: Bool

    private static let patience = 600

    /// Sets the measures.
    public init(old: String, new: String, rounds: Int, quick: Bool) {
        self.old = old
        self.new = new
        self.rounds = rounds
        self.quick = quick
    }

    /// Runs both.
    ///
    /// - Parameter proceed: called on this thread before each round; `false` ends the work.
    /// - Returns: a report of either, round by round.
    /// - Throws: ``PeerError`` if a program fails, ``StoredReportError`` if it prints what it should not.
    public func run(proceed: (Runner.Step) -> Bool) throws -> [(old: Report, new: Report)] {
        var pairs: [(old: Report, new: Report)] = []
        for round in 0..<rounds {
            let step = Runner.Step(
                scenario: round + 1, scenarios: rounds, label: "both builds", done: Double(round) / Double(rounds))
            guard proceed(step) else { break }
            // Each is first in every other round, for the second may find a warmer machine.
            let first = try once(round % 2 == 0 ? old : new)
            let second = try once(round % 2 == 0 ? new : old)
            pairs.append(round % 2 == 0 ? (first, second) : (second, first))
        }
        return pairs
    }

    private func once(_ program: String) throws -> Report {
        var report = try ask(program, ["contention", "--queues", "ring"])
        report.results += try ask(program, ["pipeline", "--queues", "ring,stages"]).results
        return report
    }

    private func ask(_ program: String, _ arguments: [String]) throws -> Report {
        // Where the system puts two threads differs from process to process, and weighs more than what is looked for;
        // so they are tied, and the middle of three runs counts.
        let command =
            [program] + arguments + ["--pin", "--runs", "3", "--format", "json"] + (quick ? ["--quick"] : [])
        // Under 'timeout' it is not in the terminal's group: Ctrl-C ends the rounds, not the run that is under way.
        let answer = try Tool(command, seconds: Self.patience)
        guard answer.status == 0 else {
            throw PeerError("\(command.joined(separator: " ")) ended with status \(answer.status): \(answer.complaint)")
        }
        guard let report = try StoredReport.read(Data(answer.text.utf8), program)[0].queues else {
            throw StoredReportError(program, "printed results of 'bench peers'")
        }
        return report
    }

    /// A commit of this package by its whole name.
    ///
    /// - Parameter name: as git knows it.
    /// - Returns: forty hexadecimal digits; `nil` if there is no such commit.
    public static func commit(_ name: String) -> String? {
        let commit = "\(name)^{commit}"
        let git = [
            "git", "-C", Machine.packageDirectory, "rev-parse", "--verify", "--quiet", "--end-of-options", commit,
        ]
        return Tool.firstLine(of: git)
    }

    /// The benchmark of another commit, built if it is not there yet.
    ///
    /// - Parameters:
    ///   - commit: its whole name.
    ///   - building: called before a build, which takes minutes.
    /// - Returns: its program.
    /// - Throws: ``PeerError`` if it does not build.
    public static func program(of commit: String, building: () -> Void) throws -> String {
        let directory = "\(Machine.packageDirectory)/.build/compare/\(commit)"
        let program = directory + "/.build/release/bench"
        if FileManager.default.isExecutableFile(atPath: program) { return program }
        building()
        try? FileManager.default.removeItem(atPath: directory)
        let steps = [
            ["git", "clone", "--quiet", "--shared", "--no-checkout", Machine.packageDirectory, directory],
            ["git", "-C", directory, "checkout", "--quiet", "--detach", commit],
            ["swift", "build", "-c", "release", "--product", "bench", "--package-path", directory],
        ]
        for step in steps {
            let tool = try Tool(step, mixed: true)
            guard tool.status == 0 else { throw PeerError("\(step.joined(separator: " ")) failed:\n\(tool.text)") }
        }
        return program
    }
}
