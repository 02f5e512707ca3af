/// The figures of `bench peers`: a chart for each workload on a quiet machine, with all contenders, the best first.
/// Results in other surroundings and with other elements are only in the tables of `bench peers`.
struct PeerFigures {
    let report: PeerReport

    /// One for each workload, in the order in which they were run.
    var all: [Figure] {
        Figures.grouped(report.results, by: \.workload).compactMap { work, results in
            work.flatMap { $0.isUsual ? figure($0, results) : nil }
        }
    }

    private func figure(_ work: PeerWorkload, _ results: [PeerReport.Result]) -> Figure? {
        let measure = work.figures[0]
        let ranked = results.compactMap { result in result.figures[measure].map { (result: result, spread: $0) } }
            .sorted { measure.isBetter($0.spread.median, than: $1.spread.median) }
        guard !ranked.isEmpty else { return nil }
        let bars = ranked.map { result, spread in
            BarChart.Bar(
                series: Series(exactly: result.part.contender), value: spread.median, low: spread.min,
                high: spread.max, text: TableReport.short(spread.median))
        }
        let title = Self.title(work, work.best(results))
        // The times of contenders that park and of those that yield are magnitudes apart.
        let scale = measure.moreIsBetter ? Axis.Scale.linear : .logarithmic
        let chart = BarChart(
            axis: measure.title, scale: scale, groups: [BarChart.Group(label: work.words, bars: bars)])
        return Figure(
            title: title, svg: chart.svg(title: title),
            head: ["queue", "waits", measure.title, "least", "most", "ring ahead"],
            rows: ranked.map { result, spread in
                [result.part.contender, result.part.waits.rawValue]
                    + [spread.median, spread.min, spread.max].map { TableReport.short($0) }
                    + [result.advantages[measure].map { TableReport.short($0.median) } ?? ""]
            }, command: report.line)
    }

    private static func title(_ work: PeerWorkload, _ best: (result: PeerReport.Result, advantage: Spread)?) -> String {
        guard let best else { return "Ring, \(work.words)" }
        let advantage = best.advantage.median
        let peer = "the best peer\(work.who), \(best.result.part.contender)"
        if work.figures[0].moreIsBetter { return "Ring \(TableReport.short(advantage)) × \(peer): \(work.words)" }
        let time = work.figures[0] == .processorTime ? "processor time" : "time"
        let times = advantage > 0 ? "\(TableReport.short(1 / advantage)) × the" : "more"
        return "Ring takes \(times) \(time) of \(peer): \(work.words)"
    }
}

extension PeerReport {
    /// The command that repeats it.
    var line: String { Report.line(settings.arguments) }
}
