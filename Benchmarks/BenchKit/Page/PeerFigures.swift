/// The figures of `bench peers`: a chart for each workload on a quiet machine, with everyone in it, the best first. What
/// ours and the best do in other surroundings and with other elements stays in the tables of `bench peers`.
struct PeerFigures {
    let report: PeerReport

    /// One for each workload, in the order in which they were run.
    var all: [Figure] {
        var order: [PeerWorkload] = []
        for result in report.results {
            guard let work = result.workload, work.isUsual, !order.contains(work) else { continue }
            order.append(work)
        }
        return order.compactMap(figure)
    }

    private func figure(_ work: PeerWorkload) -> Figure? {
        let measure = work.figures[0]
        let ranked = report.results.filter { $0.workload == work }
            .compactMap { result in result.figures[measure].map { (result: result, spread: $0) } }
            .sorted {
                measure.moreIsBetter ? $0.spread.median > $1.spread.median : $0.spread.median < $1.spread.median
            }
        guard !ranked.isEmpty else { return nil }
        let bars = ranked.map { result, spread in
            BarChart.Bar(
                series: Series(exactly: result.part.contender), value: spread.median, low: spread.min,
                high: spread.max, text: TableReport.short(spread.median))
        }
        let best = ranked.map(\.result).first { !$0.part.ours }
        let title = Self.title(work, best?.part.contender, best?.advantages[measure]?.median)
        return Figure(
            title: title,
            svg: BarChart(axis: measure.title, groups: [BarChart.Group(label: work.words, bars: bars)]).svg(
                title: title),
            head: ["queue", "waits", measure.title, "least", "most", "ring ahead"],
            rows: ranked.map { result, spread in
                [result.part.contender, result.part.waits.rawValue]
                    + [spread.median, spread.min, spread.max].map { TableReport.short($0) }
                    + [result.advantages[measure].map { TableReport.short($0.median) } ?? ""]
            }, command: report.line)
    }

    private static func title(_ work: PeerWorkload, _ best: String?, _ advantage: Double?) -> String {
        guard let best, let advantage else { return "Ring, \(work.words)" }
        if work.figures[0].moreIsBetter {
            return "Ring \(TableReport.short(advantage)) × the best peer, \(best): \(work.words)"
        }
        let time = advantage > 0 ? "\(TableReport.short(1 / advantage)) × the time" : "more time"
        return "Ring takes \(time) of the best peer, \(best): \(work.words)"
    }
}

extension PeerReport {
    /// The command that repeats it.
    var line: String { Report.line(settings.arguments ?? [settings.command]) }
}

extension PeerWorkload {
    /// Whether elements, room and surroundings are those that every contender has.
    fileprivate var isUsual: Bool { PeerWorkload.core.contains(self) }

    /// For people who do not know its name.
    fileprivate var words: String {
        switch shape {
        case .pipeline: return "1→3→1 with an end of stream"
        case .pingpong: return "a round trip, \(spins ? "spinning" : "waiting")"
        case .idle: return "three sleepers, one is woken"
        case .paced: return "\(Quantity.count(rate)) elements a second"
        case .queue:
            var words = "\(producers)+\(consumers) threads"
            if spins { words += ", calls that do not wait" }
            if batch > 1 { words += ", bursts of \(batch)" }
            if workNanoseconds > 0 { words += ", consumers that work \(workNanoseconds) ns" }
            return words
        }
    }
}
