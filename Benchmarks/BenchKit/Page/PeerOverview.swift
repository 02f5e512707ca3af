/// The results of `bench peers` in short: a line for each workload, with the ring and the best peer.
struct PeerOverview {
    private let works: [(work: PeerWorkload, results: [PeerReport.Result])]

    init(_ report: PeerReport) {
        works = Figures.grouped(report.results, by: \.workload).compactMap { work, results in
            work.map { ($0, results) }
        }
    }

    /// The work that every contender does, on a quiet machine.
    var usual: String? { table { $0.isUsual } }

    /// The same with other elements, and with little room.
    var variations: String? { table { !$0.isUsual && $0.surroundings == .quiet } }

    /// The ratio to the best peer where the machine is shared.
    var surroundings: String? {
        let shared = Surroundings.allCases.filter { surroundings in
            works.contains { $0.work.surroundings == surroundings && surroundings != .quiet }
        }
        guard !shared.isEmpty else { return nil }
        let rows = PeerWorkload.core.compactMap { work -> [String]? in
            let cells = shared.map { surroundings -> String in
                let there = works.first { $0.work == work.in(surroundings) }
                guard let there, let (best, advantage) = there.work.best(there.results) else { return "" }
                return "\(MarkdownTable.ratio(advantage.median)) \(best.part.contender)"
            }
            return cells.allSatisfy(\.isEmpty) ? nil : [work.words] + cells
        }
        return MarkdownTable.text(["work"] + shared.map(\.words), rows, words: 1 + shared.count)
    }

    /// How far apart two contenders that are the same were.
    var noiseFloor: String? {
        let medians = works.filter(\.work.isUsual).compactMap { work, results in
            results.first { $0.part.contender == PeerContender.ring + " again" }?.advantages[work.figures[0]]?.median
        }
        guard let least = medians.min(), let most = medians.max() else { return nil }
        return "Noise floor: the ring against itself measured "
            + "\(TableReport.short(least)) to \(TableReport.short(most)) in these workloads."
    }

    /// What was measured, by version.
    var versions: String {
        Figures.grouped(works.flatMap(\.results).filter { !$0.part.ours }, by: \.part.contender)
            .map { "\($0.0) \($0.1[0].part.version)" }.sorted().joined(separator: ", ")
    }

    private func table(_ isIn: (PeerWorkload) -> Bool) -> String? {
        let rows = works.filter { isIn($0.work) }.compactMap { work, results -> [String]? in
            let measure = work.figures[0]
            let ring = results.first { $0.part.contender == PeerContender.ring }
            guard let figure = ring?.figures[measure]?.median, let (best, advantage) = work.best(results) else {
                return nil
            }
            return [
                work.words + (measure == .processorTime ? ", processor time" : ""),
                measure == .rate ? "\(TableReport.short(figure)) M/s" : Quantity.duration(figure),
                best.part.contender,
                "\(MarkdownTable.ratio(advantage.median)) \(MarkdownTable.range(advantage))",
            ]
                + Self.known.map { name in
                    let other = results.first { $0.part.contender == name }
                    return (other?.advantages[measure]).map { MarkdownTable.ratio($0.median) } ?? ""
                }
        }
        guard !rows.isEmpty else { return nil }
        let head = ["work", "ring", "best peer", "÷ best peer"] + Self.known.map { "÷ \($0)" }
        return MarkdownTable.text(head, rows, words: 4)
    }

    /// Contenders that many readers know.
    private static let known = ["mutex", "go-channel", "moodycamel"]
}

extension PeerWorkload {
    /// Whether elements, room and surroundings are those that every contender has.
    var isUsual: Bool { PeerWorkload.core.contains(self) }

    /// The fair peer that the ring is ahead of by least, and by how much. A peer that lost an element has no figures.
    func best(_ results: [PeerReport.Result]) -> (PeerReport.Result, Spread)? {
        results.filter { !$0.part.ours && isFair(to: $0.part.waits) }
            .compactMap { result in result.advantages[figures[0]].map { (result, $0) } }
            .min { $0.1.median < $1.1.median }
    }

    /// Whether a contender that waits like this gives up a processor as ours does: one that only yields has no thread
    /// to wake.
    private func isFair(to waits: PeerContender.Waits) -> Bool {
        switch shape {
        case .idle: waits == .parks
        case .pingpong: spins || waits != .yields
        default: true
        }
    }
}
