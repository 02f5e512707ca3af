/// The throughput of the ring and of the stages over it, and its ratio to the others' in the same interleaved runs.
struct ThroughputTable {
    private let reports: [Report]

    /// Takes the reports that have throughput.
    init(_ reports: [Report]) {
        self.reports = reports.filter { ["contention", "pipeline"].contains($0.settings.command) }
    }

    /// One line for each scenario.
    ///
    /// - Returns: `nil` if the ring is in none of them.
    func markdown() -> String? {
        let rows = reports.flatMap { report in
            ["ring", "stages"].flatMap { name in
                report.results.filter { Series($0.contender).name == name }.compactMap { row($0, name, report.results) }
            }
        }
        guard !rows.isEmpty else { return nil }
        let head = ["threads", "ring, M/s"] + Self.others.map { ": \($0)" }
        let lines = [head, ["---", "---"] + Self.others.map { _ in "--:" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    private static let others = ["ck-ring", "mutex", "c-mutex"]

    private func row(_ result: Report.Result, _ name: String, _ results: [Report.Result]) -> [String]? {
        guard let rate = result.rate else { return nil }
        let beside = results.filter { $0.label == result.label }
        let stages = name == "stages"
        let ratios = Self.others.map { other -> String in
            let other = stages ? "stages-" + other : other
            return Ratios(beside, name, to: other).all.first.map { TableReport.short($0.ratio.median) } ?? ""
        }
        return [
            result.label + (stages ? ", stages" : ""),
            "\(TableReport.short(rate.median)) (\(TableReport.short(rate.min)) – \(TableReport.short(rate.max)))",
        ] + ratios
    }
}
