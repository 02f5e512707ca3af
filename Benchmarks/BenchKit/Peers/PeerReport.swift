/// What `bench peers` says in the end; the JSON that it writes. Described in `Benchmarks/FORMAT.md`.
public struct PeerReport: JSONReport {
    /// What was asked for.
    public struct Settings: Sendable, Encodable {
        var command = "peers"
        var runs: Int
        var milliseconds: Int

        enum CodingKeys: String, CodingKey {
            case command, runs
            case milliseconds = "ms_per_run"
        }
    }

    /// The version of this format.
    var schema = Report.version
    /// Where it ran.
    var machine: Machine
    /// What else went on there.
    var conditions: Conditions
    /// What was asked for.
    var settings: Settings
    /// Contenders and workloads that this machine cannot have, and why.
    var leftOut: [String]
    /// What came of it, workload by workload.
    var results: [Result]

    enum CodingKeys: String, CodingKey {
        case schema, machine, conditions, settings, results
        case leftOut = "left_out"
    }

    /// Puts a report together.
    public init(_ provenance: Provenance, runner: PeerRunner, leftOut: [String], summaries: [PeerSummary]) {
        machine = provenance.machine
        conditions = provenance.conditions
        settings = Settings(runs: runner.runs, milliseconds: runner.milliseconds)
        self.leftOut = leftOut
        results = summaries.map { summary in
            Result(summary, ring: summaries.first { $0.workload == summary.workload && $0.isRing })
        }
    }
}

extension PeerReport {
    /// One contender in one workload.
    struct Result: Sendable, Encodable {
        private let summary: PeerSummary
        private let ring: PeerSummary?

        init(_ summary: PeerSummary, ring: PeerSummary?) {
            self.summary = summary
            self.ring = ring
        }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            func put(_ name: String, _ value: some Encodable) throws {
                try fields.encode(value, forKey: Key(stringValue: name))
            }
            let workload = summary.workload
            let contender = summary.contender
            try put("workload", workload.name)
            try put("surroundings", workload.surroundings.rawValue)
            try put("producers", workload.producers)
            try put("consumers", workload.consumers)
            try put("batch", workload.batch)
            try put("capacity", workload.capacity)
            try put("payload", workload.payload)
            try put("wait", workload.spins ? "spin" : "block")
            try put("contender", contender.label)
            try put("version", contender.version)
            try put("waits", contender.waits)
            try put("bounded", contender.bounded)
            try put("ours", contender.isOurs)
            try put("runs", summary.samples.count)
            try put("outcome", summary.outcome)
            try put("verified", summary.outcome == .ok)
            for figure in workload.figures {
                guard let spread = summary.spread(figure) else { continue }
                try put(figure.rawValue, spread)
                if let ratio = ring?.advantage(over: summary, in: figure) {
                    try put("ring_to_this_" + figure.rawValue, ratio)
                }
            }
        }
    }
}
