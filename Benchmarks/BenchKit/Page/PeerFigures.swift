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
        let best = ranked.map(\.result).first { !$0.part.ours && work.isFair(to: $0.part.waits) }
        let title = Self.title(work, best)
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

    private static func title(_ work: PeerWorkload, _ best: PeerReport.Result?) -> String {
        guard let best, let advantage = best.advantages[work.figures[0]]?.median else { return "Ring, \(work.words)" }
        let peer = "the best peer\(work.who), \(best.part.contender)"
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

extension PeerWorkload {
    /// Whether elements, room and surroundings are those that every contender has.
    fileprivate var isUsual: Bool { PeerWorkload.core.contains(self) }

    /// Whether a contender that waits like this gives up a processor as ours does: one that only yields has no thread
    /// to wake.
    fileprivate func isFair(to waits: PeerContender.Waits) -> Bool {
        switch shape {
        case .idle: waits == .parks
        case .pingpong: spins || waits != .yields
        default: true
        }
    }

    /// The condition that the compared peers meet.
    fileprivate var who: String {
        switch shape {
        case .idle: " that parks"
        case .pingpong where !spins: " that waits"
        default: ""
        }
    }

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
