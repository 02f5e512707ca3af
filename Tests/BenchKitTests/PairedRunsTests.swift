import BenchKit
import Foundation
import TestSupport
import Testing

/// How `bench compare --against` runs two programs, which are scripts here.
@Suite(.watched) final class PairedRunsTests {
    private let scratch = Scratch()
    private var directory: String { scratch.path }

    /// A program that notes its name, and prints 20 except for what `cases` say of its arguments.
    private func program(_ name: String, _ cases: String = "") -> String {
        scratch.program(
            name, "#!/bin/sh\necho \(name) >>\(directory)/order\ncase \"$*\" in \(cases) *) echo 20;; esac")
        return "\(directory)/\(name)"
    }

    private func run(_ old: String, _ new: String, until last: Int = .max) throws -> [Comparison.Pairs] {
        var pairs = 0
        return try PairedRuns(old: old, new: new, rounds: 5, quick: true).run { step in
            #expect((1...step.scenarios).contains(step.scenario), "the warm-up round is reported as the first")
            pairs += 1
            return pairs <= last
        }
    }

    @Test func onlySlowerWorkloadIsReported() throws {
        let new = program("new", "'turn ring --batch 1 --topology SPSC'*) echo 10;;")
        let comparison = Comparison(pairs: try run(program("old"), new), seed: 1)
        #expect(comparison.rows.filter { $0.estimate.verdict == .slower }.map(\.label) == ["SPSC 1+1 ring-spsc"])
        #expect(comparison.count(.faster) == 0 && comparison.leftOut.isEmpty)
        #expect(comparison.rows.map(\.label).contains("1→3→1, 2000 ns of work stages"))
    }

    /// One after the other, and each first in every other round.
    @Test func theyTakeTurns() throws {
        let pairs = try run(program("old"), program("new"))
        let order = try String(contentsOfFile: "\(directory)/order", encoding: .utf8).split(separator: "\n")
        #expect(order.count == pairs.count * 2 * 6)
        for (place, name) in order.enumerated() {
            let isSecondRound = place / (pairs.count * 2) % 2 == 1
            #expect(name == ((place % 2 == 1) == isSecondRound ? "old" : "new"))
        }
    }

    @Test func workloadMissingOnOneSideIsLeftOut() throws {
        let old = program("old", "'turn stages'*) exit 2;;")
        let comparison = Comparison(pairs: try run(old, program("new")), seed: 1)
        #expect(comparison.leftOut == ["1→3→1 stages", "1→3→1, 2000 ns of work stages"])
        #expect(comparison.count(.noDifferenceShown) == comparison.rows.count && comparison.rows.count > 2)
    }

    @Test(arguments: [("exit 2", "it has no 'bench turn'"), ("echo broken >&2; exit 1", "ended with status 1: broken")])
    func aProgramThatFailsIsNamed(does: String, says: String) throws {
        let old = program("old", "*) \(does);;")
        #expect { try run(old, program("new")) } throws: { "\($0)".contains(old) && "\($0)".contains(says) }
    }

    /// A comparison starts thousands of processes, and a system may allow a thousand open files.
    @Test func noProcessLeavesItsPipesOpen() throws {
        let (old, new) = (program("old"), program("new"))
        let open = entries(of: "/proc/self/fd")
        let processes = try run(old, new).count * 2 * 6
        #expect(entries(of: "/proc/self/fd") < open + processes / 2)
    }

    /// An interrupt also removes the copies that it ran.
    @Test func anInterruptLeavesWhatIsFinished() throws {
        let pairs = try run(program("old"), program("new"), until: 30)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: directory)) == [
                "old", "new", "order", ".out", ".err",
            ])
        #expect(pairs.map(\.old.count).reduce(0, +) == 30 - pairs.count)
        #expect(pairs.allSatisfy { $0.old.count == $0.new.count })
    }
}
