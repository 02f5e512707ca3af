import Foundation
import TextTable

/// The peers' results for people: a table for each workload, best first, and below it the ratios of ours to the best
/// peers.
public struct PeerTable {
    private let summaries: [PeerSummary]
    private let leftOut: [String]

    /// Takes the runner's summaries.
    public init(_ summaries: [PeerSummary], leftOut: [String]) {
        self.summaries = summaries
        self.leftOut = leftOut
    }

    /// All tables.
    public func text(_ provenance: Provenance, markdown: Bool) -> String {
        var workloads: [PeerWorkload] = []
        for summary in summaries where workloads.last != summary.workload { workloads.append(summary.workload) }
        let tables = workloads.map { workload -> String in
            let mine = summaries.filter { $0.workload == workload }
            let title = markdown ? "### \(workload.label)\n\n" : "\(workload.label)\n"
            return title + table(workload, mine, markdown: markdown) + "\n" + words(workload, mine) + "\n"
        }
        var end = [sameAgain].compactMap { $0 }
        end += leftOut.map { "Left out: \($0)" }
        end.append(provenance.text)
        return (tables + end).joined(separator: "\n") + "\n"
    }

    private func table(_ workload: PeerWorkload, _ summaries: [PeerSummary], markdown: Bool) -> String {
        let figures = workload.figures
        let ring = summaries.first(where: \.isRing)
        let table = TextTable<PeerSummary> { summary in
            var columns = [
                Column(title: "contender", value: summary.contender.label),
                Column(title: "waits", value: summary.contender.waits.rawValue),
            ]
            for (index, figure) in figures.enumerated() {
                let spread = summary.spread(figure)
                columns.append(
                    Column(
                        title: figure.title,
                        value: spread.map { Self.short($0.median) } ?? (index == 0 ? summary.outcome.rawValue : ""),
                        align: .right))
                if index == 0 {
                    columns.append(Column(title: "min – max", value: spread.map(Self.range) ?? "", align: .right))
                }
                let ratio = summary.isRing ? nil : ring?.advantage(over: summary, in: figure)
                columns.append(
                    Column(title: "ring ahead", value: ratio.map { Self.short($0.median) } ?? "", align: .right))
                if index == 0 {
                    columns.append(Column(title: "spread", value: ratio.map(Self.range) ?? "", align: .right))
                }
            }
            return columns
        }
        let ranked = PeerSummary.ranked(summaries, by: figures[0])
        let rows = ranked + summaries.filter { $0.spread(figures[0]) == nil }
        return (markdown ? table.string(for: rows, style: Style.pipe) : table.string(for: rows, style: Style.simple))
            ?? ""
    }

    /// How many times better ours is than the best peer: of all, of those that park, of those with a bound.
    private func words(_ workload: PeerWorkload, _ summaries: [PeerSummary]) -> String {
        let peers = summaries.filter { !$0.contender.isOurs }
        let ours = summaries.filter { $0.isRing || $0.contender.name == "stages" }
        var lines: [String] = []
        for figure in workload.figures {
            let ranked = PeerSummary.ranked(peers, by: figure)
            var best: [(which: String, peer: PeerSummary)] = []
            for (which, of) in [
                ("best peer", ranked), ("best that parks", ranked.filter { $0.contender.waits == .parks }),
                ("best with a bound", ranked.filter(\.contender.bounded)),
            ] {
                guard let first = of.first, !best.contains(where: { $0.peer.contender == first.contender }) else {
                    continue
                }
                best.append((which, first))
            }
            for mine in ours {
                let told = best.compactMap { which, peer in
                    mine.advantage(over: peer, in: figure).map {
                        "\(Self.short($0.median)) (\(Self.range($0))) to the \(which), \(peer.contender.name)"
                    }
                }
                if !told.isEmpty {
                    lines.append("\(figure.title): \(mine.contender.name) \(told.joined(separator: "; ")).")
                }
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The noise floor: how far apart two contenders that are the same were.
    private var sameAgain: String? {
        var apart: [Double] = []
        for again in summaries where again.contender.isAgain {
            guard let ring = summaries.first(where: { $0.workload == again.workload && $0.isRing }),
                let ratio = ring.advantage(over: again, in: again.workload.figures[0])
            else { continue }
            apart.append(max(ratio.median, 1 / ratio.median))
        }
        guard let most = apart.max() else { return nil }
        return "Two contenders that are the same (ring, ring again) were \(Self.short(Spread(apart).median)) times "
            + "apart in the median of \(apart.count) workloads, \(Self.short(most)) times at most: "
            + "smaller differences mean nothing here.\n"
    }

    private static func short(_ value: Double) -> String { TableReport.short(value) }
    private static func range(_ spread: Spread) -> String { "\(short(spread.min)) – \(short(spread.max))" }
}

extension PeerSummary {
    /// Whether this is the contender that others are compared with.
    var isRing: Bool { contender.name == PeerContender.ring && !contender.isAgain }
}
