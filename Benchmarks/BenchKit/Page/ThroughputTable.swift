/// The throughput of the ring and of the stages over it, and its ratio to the others' in the same interleaved runs.
struct ThroughputTable {
    private let reports: [Report]

    /// Takes the reports that have throughput.
    init(_ reports: [Report]) {
        self.reports = reports.filter { ["contention", "pipeline"].contains($0.settings.command) }
    }

    /// The ring beside ConcurrencyKit's ring and the two mutex queues, a line for each scenario.
    ///
    /// - Returns: `nil` if the ring is in none of them.
    var rings: String? {
        table("ring", [("ck-ring", "ck-ring"), ("mutex", "mutex"), ("c-mutex", "c-mutex")])
    }

    /// Stages beside the same topology by hand, and beside stages over the two mutex queues.
    ///
    /// - Returns: `nil` if stages are in none of the scenarios.
    var stages: String? {
        table("stages", [("by hand", "ring"), ("over mutex", "stages-mutex"), ("over c-mutex", "stages-c-mutex")])
    }

    private func table(_ name: String, _ others: [(title: String, name: String)]) -> String? {
        let rows = reports.flatMap { report in
            report.results.filter { Series($0.contender).name == name }.compactMap { result -> [String]? in
                guard let rate = result.rate else { return nil }
                let beside = report.results.filter { $0.label == result.label }
                return [result.label, MarkdownTable.figure(rate)]
                    + others.map { other in
                        Ratios(beside, name, to: other.name).all.first.map { MarkdownTable.ratio($0.ratio.median) }
                            ?? ""
                    }
            }
        }
        guard !rows.isEmpty else { return nil }
        return MarkdownTable.text(["threads", "\(name), M/s"] + others.map { "÷ \($0.title)" }, rows, words: 2)
    }
}
