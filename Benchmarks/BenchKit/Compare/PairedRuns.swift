import Foundation

/// Two builds of the benchmark, run again and again, one after the other.
public struct PairedRuns: Sendable {
    /// The program of the old commit.
    public var old: String
    /// The program of the new one.
    public var new: String
    /// How often each runs each workload.
    public var rounds: Int
    /// Fewer rows.
    public var quick: Bool

    /// Sets the measures.
    public init(old: String, new: String, rounds: Int, quick: Bool) {
        self.old = old
        self.new = new
        self.rounds = rounds
        self.quick = quick
    }

    /// Runs both in turn, workload by workload, in rounds: a disturbance of the machine meets all workloads.
    ///
    /// The processors of a virtual machine may be near each other for seconds and then far apart, which is up to four
    /// times as slow. So a run is short, and the other build's run follows right after it. Each is a process of its
    /// own, because the place where the system puts its memory matters too. With one build against itself, 101 rounds
    /// determined half of the workloads to 3 % either way; whole programs that took turns for as long could not have
    /// shown 40 %.
    ///
    /// Each round runs new copies of both: on one of four machines a program differed from itself at another place by up
    /// to 13 %, in bursts among more threads than processors, for as long as both files stayed where they were.
    ///
    /// - Parameter proceed: called on this thread before each pair; `false` ends the work.
    /// - Returns: the rates of either, pair by pair; none for a workload that one of them does not have.
    /// - Throws: ``PeerError`` if a program fails, or they have no workload in common.
    public func run(proceed: (Runner.Step) -> Bool) throws -> [Comparison.Pairs] {
        let turns = Turn.usual(quick: quick)
        var pairs = turns.map { Comparison.Pairs($0.label) }
        var left = Array(turns.indices)
        var copies: [String] = []
        func remove() { for copy in copies { try? FileManager.default.removeItem(atPath: copy) } }
        defer { remove() }
        // The first round warms the caches, and shows which workloads both have.
        for round in 0...rounds {
            let next = try [old, new].map { try Self.copy($0, "\($0).\(round)") }
            // Only once there are new copies: otherwise those would get the old ones' place in memory.
            remove()
            copies = next
            for (place, i) in left.enumerated() {
                let part = Double(place) / Double(left.count)
                let step = Runner.Step(
                    scenario: max(round, 1), scenarios: rounds, label: "both builds",
                    done: (Double(round) + part) / Double(rounds + 1))
                guard proceed(step) else { return pairs }
                // Each is first in every other round, because the second may find a warmer machine.
                let order = round % 2 == 0 ? copies : copies.reversed()
                let rates = try order.compactMap { try turns[i].rate($0) }
                if rates.count < 2 {
                    left.removeAll { $0 == i }
                } else if round > 0 {
                    pairs[i].old.append(rates[round % 2])
                    pairs[i].new.append(rates[1 - round % 2])
                }
            }
            if left.isEmpty {
                throw PeerError("\(old): it has no 'bench turn', or other workloads; compare with a later commit")
            }
        }
        return pairs
    }

    private static func copy(_ program: String, _ copy: String) throws -> String {
        let tool = try Tool(["cp", program, copy])
        guard tool.status == 0 else { throw PeerError("\(copy): \(tool.complaint)") }
        return copy
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
            guard tool.status == 0 else {
                let lines = tool.text.split(separator: "\n")
                let reason =
                    lines.first { $0.contains("error:") || $0.contains("fatal:") } ?? lines.last ?? "it said nothing"
                throw PeerError("\(step.joined(separator: " ")) failed: \(reason)")
            }
        }
        return program
    }
}
