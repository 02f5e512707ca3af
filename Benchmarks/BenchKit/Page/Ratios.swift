/// How many times as fast one contender is as another, scenario by scenario, from the runs that were interleaved.
struct Ratios {
    /// The scenario for people, and the ratio.
    var all: [(label: String, ratio: Spread)]

    /// Takes the scenarios that both have done.
    init(_ results: [Report.Result], _ first: String, to second: String) {
        func find(_ name: String, _ scenario: String) -> Report.Result? {
            results.first { Series($0.contender).name == name && $0.label == scenario }
        }
        all = results.filter { Series($0.contender).name == first }.compactMap { result in
            guard let mine = result.rates, let its = find(second, result.label)?.rates, mine.count == its.count,
                !mine.isEmpty
            else { return nil }
            return (result.label, Spread(zip(mine, its).map { $0 / $1 }))
        }
    }

    /// The message of a chart of them, in one sentence.
    func title(_ what: String) -> String {
        let medians = all.map(\.ratio.median)
        guard let least = medians.min(), let most = medians.max() else { return "Throughput, \(what)" }
        let range =
            all.count == 1
            ? "\(TableReport.short(most)) ×" : "\(TableReport.short(least)) to \(TableReport.short(most)) ×"
        return "Ring \(range) mutex, \(what)"
    }
}
