import Foundation

/// The figures of one thing beside those of another, workload by workload.
public struct Comparison: Sendable {
    /// The subject of a comparison: a contender in a workload.
    public struct Row: Sendable {
        /// For people.
        public var label: String
        /// The median of the old runs, in million elements a second.
        public var old: Double
        /// The median of the new runs.
        public var new: Double
        /// How many times as fast the new one is.
        public var estimate: Estimate
    }

    /// The rates of two builds in one workload, run right after each other: pair by pair, in million elements a second.
    public struct Pairs: Sendable {
        /// For people.
        public var label: String
        /// The rates of the old build.
        public var old: [Double]
        /// The rates of the new build.
        public var new: [Double]

        package init(_ label: String, old: [Double] = [], new: [Double] = []) {
            self.label = label
            self.old = old
            self.new = new
        }
    }

    /// Workload by workload.
    public var rows: [Row]
    /// Contenders in workloads that one side does not have, or has too few runs of, or whose speed a clock sets. They
    /// get no verdict.
    public var leftOut: [String]

    /// How likely it is that at least one verdict of a comparison is wrong, if nothing differs.
    public static let error = 0.05

    /// Compares runs that were made in pairs, one after the other.
    ///
    /// - Parameters:
    ///   - pairs: workload by workload.
    ///   - seed: of the resampling.
    public init(pairs: [Pairs], seed: UInt64) {
        let complete = pairs.filter { $0.old.count >= Estimate.fewestRuns }
        rows = complete.map { pairs in
            Row(
                label: pairs.label, old: Spread(pairs.old).median, new: Spread(pairs.new).median,
                estimate: Estimate(
                    new: pairs.new, old: pairs.old, error: Self.error / Double(complete.count), seed: seed))
        }
        leftOut = pairs.filter { $0.old.count < Estimate.fewestRuns }.map(\.label)
    }

    /// Compares results that were stored at different times, by the ratio of each run to the control contender beside
    /// it.
    ///
    /// - Parameters:
    ///   - old: with the rates of its runs.
    ///   - new: the same.
    ///   - seed: of the resampling.
    public init(old: Report, new: Report, seed: UInt64) {
        let keys = Self.keys([old, new]).filter { $0.contender != Self.control }
        let found = keys.map { (old: old.ratios(of: $0), new: new.ratios(of: $0)) }
        let complete = zip(keys, found).filter { key, ratios in
            !key.isPaced && min(ratios.old.count, ratios.new.count) >= Estimate.fewestRuns
        }
        rows = complete.map { key, ratios in
            Row(
                label: key.label, old: Spread(ratios.old).median, new: Spread(ratios.new).median,
                estimate: Estimate(
                    newRuns: ratios.new, oldRuns: ratios.old, error: Self.error / Double(complete.count), seed: seed))
        }
        leftOut = keys.filter { key in !complete.contains { $0.0 == key } }.map(\.label)
    }

    /// The contender that every run is measured against when results of different times are compared: it contains none
    /// of our code.
    public static let control = Contender.cMutex.rawValue

    /// Why two results cannot be compared; `nil` if they can.
    public static func obstacle(_ old: Report, _ new: Report) -> String? {
        func quota(_ report: Report) -> String { report.machine.quota.map { "\($0)" } ?? "none" }
        let pairs: [(what: String, old: String, new: String)] = [
            ("the processor", old.machine.cpu, new.machine.cpu),
            ("the number of processors", "\(old.machine.cores)", "\(new.machine.cores)"),
            ("the affinity", old.machine.affinity, new.machine.affinity),
            ("the quota", quota(old), quota(new)),
            ("the kernel", old.machine.kernel, new.machine.kernel),
            ("the toolchain", old.machine.toolchain, new.machine.toolchain),
            ("the command", old.settings.command, new.settings.command),
            ("the length of a run", old.settings.runLength, new.settings.runLength),
            ("pinning", "\(old.settings.pinned)", "\(new.settings.pinned)"),
        ]
        return pairs.first { $0.old != $0.new }.map { "\($0.what) differs: \($0.old) and \($0.new)" }
    }

    /// How many verdicts there are of a kind.
    public func count(_ verdict: Estimate.Verdict) -> Int { rows.count { $0.estimate.verdict == verdict } }

    private static func keys(_ reports: [Report]) -> [Report.Key] {
        var seen: Set<Report.Key> = []
        return reports.flatMap { $0.results.map(\.key) }.filter { seen.insert($0).inserted }
    }
}

extension Report {
    /// The properties that two results must share to be of the same thing.
    struct Key: Hashable {
        var contender: String
        var scenario: [String]
        var label: String
        /// Whether elements come when they are due, rather than as fast as they can.
        var isPaced: Bool
    }

    /// The ratio of each run to that of the control contender in the same scenario.
    fileprivate func ratios(of key: Key) -> [Double] {
        guard let rates = results.first(where: { $0.key == key })?.rates,
            let control = results.first(where: {
                $0.contender == Comparison.control && $0.key.scenario.dropFirst() == key.scenario.dropFirst()
            })?.rates, control.count == rates.count
        else { return [] }
        return zip(rates, control).map { $0 / $1 }
    }
}

extension Report.Settings {
    fileprivate var runLength: String {
        elements.map { "\($0) elements" } ?? millisecondsPerRun.map { "\($0) ms" } ?? "unknown"
    }
}

extension Report.Result {
    /// The wait strategy belongs to the contender, so it comes first and is left out when contenders are compared.
    var key: Report.Key {
        let numbers: [Int?] = [
            producers, consumers, batch, askedCapacity ?? capacity, payloadBytes, work, asked, pause, quiet,
        ]
        let scenario = [wait, workload, topology] + numbers.map { $0.map(String.init) ?? "" }
        return Report.Key(
            contender: contender, scenario: scenario, label: "\(label) \(contender)",
            isPaced: asked != nil || quiet != nil)
    }

    /// The scenario for people. A stored result has been checked before.
    var label: String {
        Scenario(
            workload: Workload(rawValue: workload)!, topology: Topology(rawValue: topology)!, producers: producers,
            consumers: consumers, batch: batch, capacity: askedCapacity ?? capacity, payloadBytes: payloadBytes,
            waiting: Waiting(rawValue: wait)!, workNanoseconds: work ?? 0, rate: asked, pauseNanoseconds: pause ?? 0,
            quietNanoseconds: quiet ?? 0
        ).label
    }
}
