import TextTable

/// Latencies for people: a row for each contender in each scenario, in nanoseconds.
public struct LatencyTable {
    private let summaries: [Summary]

    /// Takes the runner's summaries.
    public init(_ summaries: [Summary]) { self.summaries = summaries }

    /// The table and the words below it.
    public func text(_ provenance: Provenance, markdown: Bool) -> String {
        let isIdle = summaries.contains { $0.idlePercent != nil }
        let table = TextTable<Summary> { summary in
            var columns = [
                Column(title: "load", value: summary.scenario.label),
                Column(title: "queue", value: summary.contender.name(in: summary.scenario)),
            ]
            if isIdle {
                let load = summary.idlePercent.map { TableReport.short($0.median) } ?? summary.outcome.rawValue
                columns.append(Column(title: "% of a processor", value: load, align: .right))
            } else {
                let rate = summary.rate.map { Quantity.rounded($0.median * 1e6) } ?? summary.outcome.rawValue
                columns.append(Column(title: "a second", value: rate, align: .right))
            }
            let all = summary.latencies
            columns += Self.percentiles.map { name, percentile in
                Column(title: name, value: all.map { "\($0.valueAtPercentile(percentile))" } ?? "", align: .right)
            }
            let runs = summary.latency(percentile: 99).map { "\(Int($0.min)) – \(Int($0.max))" }
            columns.append(Column(title: "p99 of runs", value: runs ?? "", align: .right))
            return columns
        }
        let body = table.string(for: summaries, style: markdown ? Style.pipe : Style.simple)
        return (body ?? "") + "\n" + words.joined(separator: "\n") + "\n\n" + provenance.text + "\n"
    }

    private static let percentiles = [
        ("p50 ns", 50.0), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("p99.99", 99.99), ("max", 100),
    ]

    /// Remarks that the figures need.
    private var words: [String] {
        var lines: [String] = []
        for summary in summaries {
            let name = "\(summary.contender.name(in: summary.scenario)) in \(summary.scenario.label)"
            guard let rate = summary.rate else {
                lines.append("\(name) \(summary.outcome.rawValue) and has no figures.")
                continue
            }
            if let asked = summary.scenario.rate, rate.median * 1e6 < 0.95 * Double(asked) {
                lines.append("\(name) did not keep up: its latencies are those of a queue that grows.")
            }
        }
        return lines
    }
}
