/// One chart with its title, its table, and the command that repeats it.
struct Figure {
    /// What it shows, in one sentence.
    var title: String
    /// The chart.
    var svg: String
    /// How high it is, in the chart's own units.
    var height: Double {
        // From its own viewBox, which the template has written.
        svg.split(separator: "\"").dropFirst().first?.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }
    /// The names of the series, if the chart does not show them itself.
    var legend: [Series] = []
    /// The table's columns.
    var head: [String]
    /// Its rows.
    var rows: [[String]]
    /// The command that repeats it.
    var command: String
}

/// The figures of one result set, of any subcommand.
struct Figures {
    let report: Report

    /// All figures of the results.
    var all: [Figure] {
        switch report.settings.command {
        case "contention": throughput + [heat].compactMap { $0 }
        case "pipeline": throughput
        case "latency": latency
        case "idle": idle
        case let sweep where sweep.hasPrefix("sweep-"): [self.sweep(String(sweep.dropFirst(6)))].compactMap { $0 }
        default: []
        }
    }

    private var measured: [Report.Result] { report.results.filter { $0.rate != nil } }

    /// Bars of all contenders, a chart for each size of bursts.
    private var throughput: [Figure] {
        Self.grouped(measured, by: \.batch).map { batch, results in
            let groups = Self.grouped(results, by: \.label).map { label, results in
                BarChart.Group(
                    label: label,
                    bars: results.map { result in
                        let rate = result.rate!
                        return BarChart.Bar(
                            series: Series(result.contender), value: rate.median, low: rate.min, high: rate.max,
                            text: TableReport.short(rate.median))
                    })
            }
            let work = report.settings.command == "pipeline" ? "a pipeline with " : ""
            let calls = work + (batch == 1 ? "one element a call" : "bursts of \(batch)")
            let title = Ratios(results, "ring", to: "mutex").title(calls)
            return Figure(
                title: title, svg: BarChart(axis: Self.unit, groups: groups).svg(title: title),
                head: ["threads", "queue", Self.unit, "least", "most"], rows: results.map(Self.rateRow),
                command: report.line)
        }
    }

    /// Ring to mutex over kinds and threads.
    private var heat: Figure? {
        let single = measured.filter { $0.batch == (measured.map(\.batch).min() ?? 1) }
        let columns = Array(Set(single.map { max($0.producers, $0.consumers) })).sorted()
        let rows = Topology.allCases.map(\.rawValue).filter { name in single.contains { $0.topology == name } }
        let ratios = rows.map { row in
            columns.map { column in
                let cell = single.filter { $0.topology == row && max($0.producers, $0.consumers) == column }
                return Ratios(cell, "ring", to: "mutex").all.first?.ratio.median
            }
        }
        guard ratios.joined().contains(where: { $0 != nil }) else { return nil }
        let title = "How many times as fast as the mutex the ring is, by kind and threads"
        let map = HeatMap(
            rows: rows, columns: columns.map(String.init), horizontal: "threads on each side that several share",
            ratios: ratios)
        return Figure(
            title: title, svg: map.svg(title: title), head: ["kind"] + columns.map { "\($0) a side" },
            rows: zip(rows, ratios).map { row, ratios in
                [row] + ratios.map { $0.map { TableReport.short($0) } ?? "" }
            }, command: report.line)
    }

    /// Lines over one dimension.
    private func sweep(_ dimension: String) -> Figure? {
        guard !measured.isEmpty else { return nil }
        func value(_ result: Report.Result) -> Int {
            switch dimension {
            case "batch": result.batch
            case "threads": max(result.producers, result.consumers)
            case "payload": result.payloadBytes
            default: result.askedCapacity ?? result.capacity
            }
        }
        let lines = Self.grouped(measured) { Series($0.contender) }.map { series, results in
            LineChart.Line(
                series: series,
                points: results.map { result in
                    let rate = result.rate!
                    return LineChart.Point(
                        x: Double(value(result)), value: rate.median, low: rate.min, high: rate.max)
                })
        }
        let names = [
            "batch": "elements a call", "threads": "threads on each side", "payload": "bytes of an element",
            "capacity": "elements that fit",
        ]
        let name = names[dimension] ?? dimension
        let title = Ratios(measured, "ring", to: "mutex").title("over \(name)")
        let chart = LineChart(horizontal: .values(name), vertical: Self.unit, lines: lines)
        return Figure(
            title: title, svg: chart.svg(title: title), legend: lines.map(\.series),
            head: [name, "queue", Self.unit, "least", "most"],
            rows: measured.map { ["\(value($0))"] + Self.rateRow($0).dropFirst() }, command: report.line)
    }

    /// Percentiles, a chart for each load.
    private var latency: [Figure] {
        Self.grouped(measured.filter { $0.latency != nil }, by: \.label).map { label, results in
            let lines = results.map { result in
                let elements = Double(result.elements * max(result.runs, 1))
                return LineChart.Line(
                    series: Series(result.contender),
                    points: result.latency!.percentiles.map { pair in
                        // The last percentile is 100, which is infinitely far away.
                        let slower = min(100 / max(100 - pair[0], 1e-9), max(elements, 10))
                        return LineChart.Point(x: slower, value: pair[1], low: pair[1], high: pair[1])
                    })
            }
            let best = results.map { ($0.contender, $0.latency!.p99.median) }.min { $0.1 < $1.1 }!
            let title =
                "\(label): 99 of 100 within \(Quantity.duration(best.1)) with \(Series(best.0).name), the best"
            let chart = LineChart(
                horizontal: .percentiles, vertical: "time", verticalIsTime: true, scale: .logarithmic, lines: lines)
            return Figure(
                title: title, svg: chart.svg(title: title), legend: lines.map(\.series),
                head: ["queue", "p50 ns", "p90", "p99", "p99.9", "p99.99", "max"],
                rows: results.map { result in
                    [result.contender] + result.latency!.spreads.map { "\(Int($0.median))" }
                }, command: report.line)
        }
    }

    /// The cost of waiting, and the time of waking.
    private var idle: [Figure] {
        let results = measured.filter { $0.latency != nil && $0.idlePercent != nil }
        guard !results.isEmpty else { return [] }
        func chart(_ axis: String, _ spread: (Report.Result) -> Spread) -> BarChart {
            BarChart(
                axis: axis,
                groups: Self.grouped(results, by: \.label).map { label, results in
                    BarChart.Group(
                        label: label,
                        bars: results.map { result in
                            let spread = spread(result)
                            return BarChart.Bar(
                                series: Series(result.contender), value: spread.median, low: spread.min,
                                high: spread.max, text: TableReport.short(spread.median))
                        })
                })
        }
        func figure(_ title: String, _ head: String, _ chart: BarChart, _ spread: (Report.Result) -> Spread) -> Figure {
            Figure(
                title: title, svg: chart.svg(title: title), head: ["quiet", "queue", head, "least", "most"],
                rows: results.map { result in
                    let spread = spread(result)
                    return [result.label, result.contender]
                        + [spread.median, spread.min, spread.max].map { TableReport.short($0) }
                }, command: report.line)
        }
        func load(_ result: Report.Result) -> Spread { result.idlePercent! }
        func wake(_ result: Report.Result) -> Spread {
            let p50 = result.latency!.p50
            return Spread([p50.min, p50.median, p50.max].map { $0 / 1000 })
        }
        let most = results.map { $0.idlePercent!.median }.max()!
        return [
            figure(
                "Waiting costs at most \(TableReport.short(most)) % of a processor", "% of a processor",
                chart("% of a processor", load), load),
            figure(
                "How soon a waiting consumer has the element that ends the quiet", "µs, median",
                chart("µs, median and spread of the runs", wake), wake),
        ]
    }

    static let unit = "million elements a second"

    private static func rateRow(_ result: Report.Result) -> [String] {
        let rate = result.rate!
        return [result.label, result.contender] + [rate.median, rate.min, rate.max].map { TableReport.short($0) }
    }

    /// In the order in which the groups first come.
    static func grouped<Result, K: Hashable>(_ results: [Result], by key: (Result) -> K) -> [(K, [Result])] {
        var order: [K] = []
        var groups: [K: [Result]] = [:]
        for result in results {
            if groups[key(result)] == nil { order.append(key(result)) }
            groups[key(result), default: []].append(result)
        }
        return order.map { ($0, groups[$0]!) }
    }
}
