import Foundation
import TextTable

/// The results for people: a row for each contender in each scenario, and then, in words, who wins.
public struct TableReport {
    private let summaries: [Summary]

    /// Takes the runner's summaries.
    public init(_ summaries: [Summary]) { self.summaries = summaries }

    /// The table and the words below it.
    public func text(_ provenance: Provenance, markdown: Bool) -> String {
        let hasLatency = summaries.contains { $0.latencies != nil }
        let table = TextTable<Row> { row in
            var columns = [
                Column(title: "threads", value: row.threads), Column(title: "queue", value: row.queue),
                Column(title: "M elements/s", value: row.median, align: .right),
                Column(title: "min – max", value: row.spread, align: .right),
                Column(title: "ring : this", value: row.ratio, align: .right),
                Column(title: "spread", value: row.ratioSpread, align: .right),
            ]
            if hasLatency {
                columns.append(Column(title: "through, p50 µs", value: row.p50, align: .right))
                columns.append(Column(title: "p99 µs", value: row.p99, align: .right))
                columns.append(Column(title: "at once", value: row.perTake, align: .right))
            }
            return columns
        }
        let body =
            markdown ? table.string(for: rows, style: Style.pipe) : table.string(for: rows, style: Style.simple)
        return (body ?? "") + "\n" + words + "\n\n" + provenance.text + "\n"
    }

    private struct Row {
        var threads, queue, median, spread, ratio, ratioSpread, p50, p99, perTake: String
    }

    private func ring(in scenario: Scenario) -> Summary? {
        summaries.first { $0.scenario == scenario && $0.contender == .ring }
    }

    private var rows: [Row] {
        summaries.map { summary in
            let ratio = summary.contender == .ring ? nil : ring(in: summary.scenario)?.ratio(to: summary)
            return Row(
                threads: summary.scenario.label, queue: summary.contender.name(in: summary.scenario),
                median: summary.rate.map { Self.short($0.median) } ?? summary.outcome.rawValue,
                spread: summary.rate.map { "\(Self.short($0.min)) – \(Self.short($0.max))" } ?? "",
                ratio: ratio.map { Self.short($0.median) } ?? "",
                ratioSpread: ratio.map { "\(Self.short($0.min)) – \(Self.short($0.max))" } ?? "",
                p50: summary.latency(percentile: 50).map { Self.short($0.median / 1000) } ?? "",
                p99: summary.latency(percentile: 99).map { Self.short($0.median / 1000) } ?? "",
                perTake: summary.perTake.map { Self.short($0) } ?? "")
        }
    }

    /// The rows in which the ring wins over our mutex kind, and those in which it does not.
    private var words: String {
        var ratios: [(label: String, ratio: Spread)] = []
        for summary in summaries where summary.contender == .mutex {
            if let ratio = ring(in: summary.scenario)?.ratio(to: summary) {
                ratios.append((summary.scenario.label, ratio))
            }
        }
        guard let least = ratios.min(by: { $0.ratio.median < $1.ratio.median }),
            let most = ratios.max(by: { $0.ratio.median < $1.ratio.median })
        else {
            return (["Ring and mutex were not both run, so they are not compared."] + stages).joined(separator: "\n")
        }
        let lost = ratios.filter { $0.ratio.median < 1 }
        var lines: [String] = []
        if lost.isEmpty {
            lines.append(
                "The ring is faster than the mutex in all \(ratios.count) rows: from \(Self.short(least.ratio.median)) "
                    + "times (\(least.label)) to \(Self.short(most.ratio.median)) times (\(most.label)).")
        } else {
            lines.append(
                "The mutex is faster in \(lost.count) of \(ratios.count) rows: "
                    + lost.map { "\($0.label) (ring : mutex \(Self.short($0.ratio.median)))" }
                    .joined(separator: ", ") + ".")
        }
        let close = ratios.filter { $0.ratio.median >= 1 && $0.ratio.min < 1 }
        if !close.isEmpty {
            lines.append(
                "Too close to call, with runs on either side: " + close.map(\.label).joined(separator: ", ") + ".")
        }
        let wide = summaries.filter { summary in summary.rate.map { $0.max > Self.tooWide * $0.min } ?? false }
        if !wide.isEmpty {
            lines.append(
                "The runs differ by more than twice, so that a median says little: "
                    + wide.map { "\($0.scenario.label) \($0.contender.name(in: $0.scenario))" }.joined(separator: ", ")
                    + ".")
        }
        lines += stages
        for summary in summaries where summary.outcome != .ok {
            lines.append(
                "\(summary.contender.name(in: summary.scenario)) \(summary.outcome.rawValue) in "
                    + "\(summary.scenario.label) and has no rate.")
        }
        return lines.joined(separator: "\n")
    }

    /// The ratio of the greatest to the least rate up to which the median means something.
    private static let tooWide = 2.0

    /// The cost of stages over queues.
    private var stages: [String] {
        summaries.filter { $0.contender == .stages }.compactMap { stages in
            if stages.scenario.workload == .transforms { return inline(stages) }
            let others: [(Contender, String)] = [
                (.stagesMutex, "over mutex queues"), (.stagesCMutex, "over the C queue"),
                (.ring, "by hand over ring ends"), (.mutex, "by hand over mutex ends"),
            ]
            let told = others.compactMap { contender, words -> String? in
                let other = summaries.first { $0.scenario == stages.scenario && $0.contender == contender }
                guard let ratio = other.flatMap({ stages.ratio(to: $0) }) else { return nil }
                return
                    "\(Self.short(ratio.median)) (\(Self.short(ratio.min)) – \(Self.short(ratio.max))) times \(words)"
            }
            return told.isEmpty
                ? nil : "Stages over rings in \(stages.scenario.label): \(told.joined(separator: ", "))."
        }
    }

    /// The cost of transforms without a stage of their own.
    private func inline(_ stage: Summary) -> String? {
        let inline = summaries.first { $0.scenario == stage.scenario && $0.contender == .inline }
        return inline.flatMap { stage.ratio(to: $0) }.map { cost in
            """
            Five inline transforms cost \(Self.short(cost.median)) (\(Self.short(cost.min)) – \(Self.short(cost.max))) times \
            what one stage with the five in its body costs, which has a thread and a queue more.
            """
        }
    }

    /// Three significant digits, as people write them.
    public static func short(_ value: Double) -> String {
        let digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        return String(format: "%.\(digits)f", value)
    }
}
