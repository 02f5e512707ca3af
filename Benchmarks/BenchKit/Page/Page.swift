import Foundation
import Mustache

/// A self-contained page that shows results.
public struct Page {
    private let reports: [StoredReport]

    /// Takes results of one machine.
    ///
    /// - Parameter reports: the output of `bench --format json`, in the order in which it is to be shown.
    public init(_ reports: [StoredReport]) { self.reports = reports }

    private var queues: [Report] { reports.compactMap(\.queues) }

    private var figures: [Figure] {
        reports.flatMap { report in
            switch report {
            case .queues(let report): Figures(report: report).all
            case .peers(let report): PeerFigures(report: report).all
            }
        }
    }

    /// The first chart alone, as a picture with its own colours, light and dark.
    ///
    /// - Returns: `nil` if the results make no chart.
    public func picture() -> String? {
        guard let figure = figures.first else { return nil }
        let height = figure.height + 60
        let size = "width=\"\(Svg.number(Svg.width))\" height=\"\(Svg.number(figure.height))\""
        return Svg.render(
            .picture,
            [
                "title": figure.title, "svg": figure.svg.replacing("<svg ", with: "<svg \(size) ", maxReplacements: 1),
                "style": Svg.style, "place": shortPlace,
                "width": Svg.number(Svg.width + 24), "height": Svg.number(height), "placeY": Svg.number(height - 10),
                "pixels": Svg.number(1.5 * Svg.width),
            ])
    }

    /// All results in Markdown: a summary, then tables of ratios, then the figures of every chart.
    ///
    /// - Returns: `nil` if the results make no table.
    public func markdown() -> String? {
        let throughput = ThroughputTable(queues)
        let peers = reports.lazy.compactMap(\.peers).first
        let overview = peers.map(PeerOverview.init)
        guard let summary = overview?.usual ?? throughput.rings else { return nil }
        let sections: [String: Any?] = [
            "summary": summary, "machine": places, "warnings": warnings, "noiseFloor": overview?.noiseFloor,
            "peers": overview.map { ["versions": $0.versions, "leftOut": peers?.leftOut ?? []] as [String: Any] },
            "rings": throughput.rings, "stages": throughput.stages, "variations": overview?.variations,
            "surroundings": overview?.surroundings,
            "figures": figures.map { figure in
                // The second column may be a number already.
                let words = figure.rows.allSatisfy { Double($0[1]) == nil } ? 2 : 1
                return [
                    "title": figure.title, "command": figure.command,
                    "table": MarkdownTable.text(figure.head, figure.rows, words: words),
                ]
            },
        ]
        return Svg.render(.results, sections.compactMapValues { $0 })
    }

    private var places: [String] { Array(Set(reports.map(\.provenance.machine.place))).sorted() }

    private var warnings: [String] { Array(Set(reports.flatMap(\.provenance.conditions.warnings))).sorted() }

    private var shortPlace: String {
        let machine = reports[0].provenance.machine
        return "\(machine.cpu), \(machine.cores) processors, commit \(machine.commit)"
    }

    /// The page as HTML.
    public func html() -> String {
        Svg.render(
            .page,
            [
                "style": Svg.style, "verdict": verdict, "machine": places, "warnings": warnings,
                "figures": figures.map(Self.values),
            ])
    }

    private static func values(_ figure: Figure) -> [String: Any] {
        [
            "title": figure.title, "svg": figure.svg, "command": figure.command, "head": figure.head,
            "rows": figure.rows.map { ["cells": $0] }, "hasLegend": !figure.legend.isEmpty,
            "legend": figure.legend.map { ["name": $0.name, "style": $0.style, "path": $0.mark] as [String: Any] },
        ]
    }

    /// The workloads that the ring wins, those that the mutex wins, and what to choose.
    private var verdict: [String] {
        let ratios = queues.filter { $0.settings.command == "contention" }
            .flatMap { Ratios($0.results, "ring", to: "mutex").all }
        guard let most = ratios.max(by: { $0.ratio.median < $1.ratio.median }),
            let least = ratios.min(by: { $0.ratio.median < $1.ratio.median })
        else { return ["These results do not have ring and mutex side by side, so there is no verdict."] }
        // A workload is won if no run contradicts it.
        let won = ratios.filter { $0.ratio.min > 1 }
        let lost = ratios.filter { $0.ratio.max < 1 }
        let open = ratios.count - won.count - lost.count
        func names(_ rows: [(label: String, ratio: Spread)]) -> String {
            let some = rows.prefix(4).map { "\($0.label) (\(TableReport.short($0.ratio.median)) ×)" }
            return some.joined(separator: ", ") + (rows.count > 4 ? " and \(rows.count - 4) more" : "")
        }
        return [
            "The ring is faster than the mutex in every run of \(won.count) of \(ratios.count) workloads, most with "
                + "\(most.label): \(TableReport.short(most.ratio.median)) times.",
            lost.isEmpty
                ? "The mutex is faster in every run of none; it comes closest with \(least.label), where the ring is "
                    + "\(TableReport.short(least.ratio.median)) times as fast."
                : "The mutex is faster in every run of \(lost.count): \(names(lost)).",
            lost.isEmpty
                ? "Choose the ring"
                    + (open == 0
                        ? " for all of these." : "; in \(open) of them some runs went the other way, so measure yours.")
                : "Choose the mutex for those, the ring for the rest"
                    + (open == 0 ? "." : "; in \(open) some runs went the other way, so measure yours."),
        ]
    }
}
