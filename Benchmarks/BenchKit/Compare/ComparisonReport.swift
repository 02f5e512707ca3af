import Foundation
import TextTable

/// The result of a comparison; the JSON that `bench compare` writes. Described in `Benchmarks/FORMAT.md`.
public struct ComparisonReport: JSONReport {
    /// One contender in one workload.
    struct Result: Sendable, Encodable {
        var workload: String
        var old: Double
        var new: Double
        var ratio, low, high: Double
        var verdict: Estimate.Verdict
        var smallestDifference: Double

        enum CodingKeys: String, CodingKey {
            case workload, old, new, ratio, low, high, verdict
            case smallestDifference = "smallest_difference"
        }

        init(_ row: Comparison.Row) {
            workload = row.label
            old = row.old
            new = row.new
            ratio = row.estimate.ratio
            low = row.estimate.low
            high = row.estimate.high
            verdict = row.estimate.verdict
            smallestDifference = row.estimate.smallestDifference
        }
    }

    /// The unit of the figures of either side.
    public enum Unit: String, Sendable, Encodable {
        case rate = "melem_per_s"
        case ratio = "ratio_to_control"
    }

    var schema = Report.version
    var machine: Machine
    var conditions: Conditions
    var old, new: String
    var unit: Unit
    var seed: UInt64
    var leftOut: [String]
    var results: [Result]
    private let comparison: Comparison
    private var provenance: Provenance { Provenance(machine: machine, conditions: conditions) }

    enum CodingKeys: String, CodingKey {
        case schema, machine, conditions, old, new, unit, seed, results
        case leftOut = "left_out"
    }

    /// Assembles the report.
    ///
    /// - Parameters:
    ///   - comparison: the result.
    ///   - old: the name of the old side.
    ///   - new: the name of the new side.
    ///   - unit: of their figures.
    ///   - seed: of the resampling.
    ///   - provenance: where the new figures come from.
    public init(_ comparison: Comparison, old: String, new: String, unit: Unit, seed: UInt64, provenance: Provenance) {
        self.comparison = comparison
        machine = provenance.machine
        conditions = provenance.conditions
        self.old = old
        self.new = new
        self.unit = unit
        self.seed = seed
        leftOut = comparison.leftOut
        results = comparison.rows.map(Result.init)
    }

    /// Whether anything got slower.
    public var hasSlower: Bool { comparison.count(.slower) > 0 }

    /// The table and the words below it.
    public func text(markdown: Bool) -> String {
        let table = TextTable<Comparison.Row> { row in
            let estimate = row.estimate
            return [
                Column(title: "workload", value: row.label),
                Column(title: "old", value: TableReport.short(row.old), align: .right),
                Column(title: "new", value: TableReport.short(row.new), align: .right),
                Column(title: "new : old", value: String(format: "%.3f", estimate.ratio), align: .right),
                Column(
                    title: "interval", value: String(format: "%.3f – %.3f", estimate.low, estimate.high), align: .right),
                Column(title: "verdict", value: estimate.verdict.rawValue),
                Column(title: "could show", value: Self.percent(estimate.smallestDifference), align: .right),
            ]
        }
        let body = table.string(for: comparison.rows, style: markdown ? Style.pipe : Style.simple) ?? ""
        return body + "\n" + words.joined(separator: "\n") + "\n\n" + provenance.text + "\n"
    }

    private var words: [String] {
        let figures = unit == .rate ? "million elements a second" : "times the C mutex queue beside it"
        var lines = ["\(new) beside \(old), in \(figures)."]
        for verdict in [Estimate.Verdict.slower, .faster] {
            let rows = comparison.rows.filter { $0.estimate.verdict == verdict }
            if rows.isEmpty { continue }
            let told = rows.map { "\($0.label) (\(String(format: "%.3f", $0.estimate.ratio)))" }
            lines.append("\(verdict.rawValue) in \(rows.count): " + told.joined(separator: ", ") + ".")
        }
        let smallest = comparison.rows.map(\.estimate.smallestDifference)
        lines.append(
            "No difference shown in \(comparison.count(.noDifferenceShown)) of \(comparison.rows.count) workloads. In half "
                + "of them, one of two comparisons like this shows "
                + "\(smallest.isEmpty ? "nothing" : Self.percent(Spread(smallest).median))."
        )
        lines.append(
            "\(Self.percent(Estimate.layout)) and less do not count: the order of functions makes as much.")
        lines.append(
            "All verdicts together are right in 95 of 100 comparisons of the same thing; seed \(seed).")
        if !leftOut.isEmpty {
            lines.append("Left out, because one side has too few runs: \(leftOut.joined(separator: ", ")).")
        }
        return lines
    }

    private static func percent(_ part: Double) -> String { String(format: "%.1f %%", part * 100) }
}
