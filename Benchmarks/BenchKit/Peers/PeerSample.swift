package import Foundation

/// The result of one run of a contender's program.
public struct PeerSample: Sendable {
    /// How it ended.
    public var outcome: Sample.Outcome
    /// Elements that went through.
    public var elements = 0
    /// The measurements.
    public var figures: [PeerFigure: Double] = [:]

    /// The line that a program prints; `Benchmarks/Peers/README.md` explains its keys.
    private struct Line: Decodable {
        enum Outcome: String, Decodable { case ok, failed, absent }

        var outcome: Outcome
        var elements: Int?
        var ns: Double?
        var cpu_ns: Double?
        var p50_ns: Double?
        var p99_ns: Double?
        var p999_ns: Double?
        var cpu_percent: Double?
        var wake_p50_ns: Double?
        var wake_p99_ns: Double?
    }

    init(outcome: Sample.Outcome) { self.outcome = outcome }

    /// Reads such a line.
    ///
    /// - Parameter line: JSON.
    /// - Returns: `nil` if the contender cannot do the work.
    /// - Throws: the fault in the line.
    package static func read(_ line: Data) throws -> PeerSample? {
        let line = try JSONDecoder().decode(Line.self, from: line)
        guard line.elements ?? 0 >= 0 else { throw PeerError("\(line.elements ?? 0) elements went through") }
        return line.outcome == .absent ? nil : PeerSample(line)
    }

    private init(_ line: Line) {
        outcome = line.outcome == .ok ? .ok : .failed
        elements = line.elements ?? 0
        let count = Double(max(elements, 1))
        figures = [
            .rate: line.ns.map { count * 1000 / max($0, 1) },
            .processorTime: line.cpu_ns.map { $0 / count },
            .p50: line.p50_ns, .p99: line.p99_ns, .p999: line.p999_ns,
            .wakeUp: line.wake_p50_ns, .wakeUp99: line.wake_p99_ns, .idleLoad: line.cpu_percent,
        ].compactMapValues { $0 }
    }
}

/// All runs of one contender in one workload.
public struct PeerSummary: Sendable {
    /// The work.
    public var workload: PeerWorkload
    /// The contender that did it.
    public var contender: PeerContender
    /// One for each run.
    public var samples: [PeerSample] = []

    /// The worst of the runs' outcomes.
    public var outcome: Sample.Outcome {
        if samples.contains(where: { $0.outcome == .failed }) { return .failed }
        return samples.contains(where: { $0.outcome == .stalled }) ? .stalled : .ok
    }

    /// A figure's median and spread; `nil` if a run did not end well or did not measure it.
    public func spread(_ figure: PeerFigure) -> Spread? {
        guard outcome == .ok else { return nil }
        let values = samples.compactMap { $0.figures[figure] }
        return values.count == samples.count && !values.isEmpty ? Spread(values) : nil
    }

    /// How many times better than another in the same workload: the ratios of the interleaved runs, pair by pair.
    public func advantage(over other: PeerSummary, in figure: PeerFigure) -> Spread? {
        guard spread(figure) != nil, other.spread(figure) != nil, samples.count == other.samples.count else {
            return nil
        }
        let ratios = zip(samples, other.samples).map { mine, its -> Double in
            let (mine, its) = (mine.figures[figure]!, its.figures[figure]!)
            return figure.moreIsBetter ? mine / its : its / mine
        }
        // Zero divided by zero: an idle process that used no tick of the clock.
        return ratios.allSatisfy(\.isFinite) ? Spread(ratios) : nil
    }

    /// Summaries that have the figure, best first.
    static func ranked(_ summaries: [PeerSummary], by figure: PeerFigure) -> [PeerSummary] {
        summaries.compactMap { summary in summary.spread(figure).map { (summary, $0.median) } }
            .sorted { figure.isBetter($0.1, than: $1.1) }
            .map(\.0)
    }
}
