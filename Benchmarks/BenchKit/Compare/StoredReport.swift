package import Foundation

/// Results that were stored, read with care: the file may be another program's, cut short, or of another version.
public enum StoredReport: Sendable, Decodable {
    /// A report of a subcommand that measures this package's queues.
    case queues(Report)
    /// A report of `bench peers`.
    case peers(PeerReport)

    private struct Head: Decodable {
        struct Settings: Decodable { var command: String }
        var settings: Settings
    }

    /// Decodes either of the two, depending on its settings.
    public init(from decoder: any Decoder) throws {
        let isOfPeers = (try? Head(from: decoder))?.settings.command == "peers"
        self = isOfPeers ? .peers(try PeerReport(from: decoder)) : .queues(try Report(from: decoder))
    }

    /// The report, if it is about this package's queues.
    public var queues: Report? { if case .queues(let report) = self { report } else { nil } }

    /// The report, if it is of `bench peers`.
    var peers: PeerReport? { if case .peers(let report) = self { report } else { nil } }

    /// Where its figures come from.
    public var provenance: Provenance {
        switch self {
        case .queues(let report): Provenance(machine: report.machine, conditions: report.conditions)
        case .peers(let report): Provenance(machine: report.machine, conditions: report.conditions)
        }
    }

    /// Reads the output of `bench --format json`, or several such results in an array.
    ///
    /// - Parameters:
    ///   - data: the contents of the file.
    ///   - path: the file's name, for messages.
    /// - Returns: at least one result.
    /// - Throws: ``StoredReportError``, which names the file and what is wrong with which field.
    package static func read(_ data: Data, _ path: String) throws -> [StoredReport] {
        do {
            let versions = try oneOrMore(Version.self, data)
            for version in versions where version.schema != Report.version {
                throw StoredReportError(path, "schema is \(version.schema): this bench reads \(Report.version)")
            }
            let reports = try oneOrMore(StoredReport.self, data)
            if reports.isEmpty { throw StoredReportError(path, "has no result") }
            if let (index, what) = reports.flatMap(\.flaws).first {
                throw StoredReportError(path, "results[\(index)].\(what)")
            }
            return reports
        } catch let error as DecodingError {
            throw StoredReportError(path, Self.reason(error))
        }
    }

    private static func oneOrMore<T: Decodable>(_ type: T.Type, _ data: Data) throws -> [T] {
        data.first { !$0.isWhitespace } == UInt8(ascii: "[")
            ? try JSONDecoder().decode([T].self, from: data) : [try JSONDecoder().decode(T.self, from: data)]
    }

    /// By a result's place, the first field of it that no benchmark writes.
    private var flaws: [(Int, String)] {
        let flaws =
            switch self {
            case .queues(let report): report.results.map(\.flaw)
            case .peers(let report): report.results.map(\.flaw)
            }
        return flaws.enumerated().compactMap { index, flaw in flaw.map { (index, $0) } }
    }

    private struct Version: Decodable { var schema: Int }

    private static func reason(_ error: DecodingError) -> String {
        func field(_ path: [any CodingKey]) -> String {
            path.reduce("") { text, key in
                if let index = key.intValue { return "\(text)[\(index)]" }
                return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
            }
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(field(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(field(context.codingPath)) is null"
        case .typeMismatch(let type, let context): return "\(field(context.codingPath)) is not of type \(type)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "is not JSON, or is cut short" : "\(field(context.codingPath)): \(context.debugDescription)"
        @unknown default: return error.localizedDescription
        }
    }
}

extension Report.Result {
    /// The first field that no benchmark writes, and why.
    fileprivate var flaw: String? {
        guard Workload(rawValue: workload) != nil else { return "workload is '\(workload)', which is unknown here" }
        guard let topology = Topology(rawValue: topology) else {
            return "topology is '\(topology)', which is unknown here"
        }
        guard Waiting(rawValue: wait) != nil else { return "wait is '\(wait)', which is unknown here" }
        let counts = [
            ("producers", producers), ("consumers", consumers), ("batch", batch), ("capacity", capacity),
            ("asked_capacity", askedCapacity ?? 1), ("rate_per_s", asked ?? 1),
        ]
        if let (name, value) = counts.first(where: { $0.1 < 1 }) { return "\(name) is \(value): it must be at least 1" }
        if producers > 1 && !topology.severalProducers { return "producers is \(producers) in \(topology.rawValue)" }
        if consumers > 1 && !topology.severalConsumers { return "consumers is \(consumers) in \(topology.rawValue)" }
        guard Scenario.payloads.contains(payloadBytes) else {
            return "payload_bytes is \(payloadBytes): a payload has 8, 64 or 256 bytes"
        }
        if !(0...1_000_000).contains(runs) { return "runs is \(runs): it must be 0 to 1000000" }
        if !(0...Length.mostElements).contains(elements) {
            return "elements is \(elements): it must be 0 to \(Length.mostElements)"
        }
        let pairs = latency?.percentiles ?? []
        if pairs.contains(where: { $0.count != 2 || !(0...100).contains($0[0]) || !(0...1e17).contains($0[1]) }) {
            return "latency_ns.percentiles has an entry that is not a pair of a percentile and nanoseconds"
        }
        let spreads = (latency?.spreads ?? []) + (idlePercent.map { [$0] } ?? [])
        if let flaw = spreads.lazy.compactMap(\.flaw).first { return flaw }
        let figures = (rate.map { [$0.median, $0.min, $0.max] } ?? []) + (rates ?? [])
        if let figure = figures.first(where: { !(1e-9...1e9).contains($0) }) {
            return "melem_per_s has \(figure): a rate is 1e-9 to 1e9"
        }
        return nil
    }
}

extension Spread {
    /// The impossible value in it; for nanoseconds, processor time, rates and ratios alike.
    var flaw: String? {
        [min, median, max].allSatisfy { $0 == 0 || (1e-9...1e17).contains($0) }
            ? nil : "a spread is \(min) to \(max): it must be 0, or 1e-9 to 1e17"
    }
}

/// A fault in a file of results.
public struct StoredReportError: Error, CustomStringConvertible {
    /// The fault, for people: the file, then the field.
    public var description: String

    package init(_ path: String, _ what: String) { description = "\(path): \(what)" }
}

extension UInt8 {
    fileprivate var isWhitespace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
