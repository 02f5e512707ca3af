/// The results of `bench peers`; the JSON that it writes. Described in `Benchmarks/FORMAT.md`.
public struct PeerReport: JSONReport, Codable {
    /// The settings that were asked for.
    public struct Settings: Sendable, Codable {
        var command = "peers"
        var runs: Int
        var milliseconds: Int
        /// The arguments after `bench` on the command line, except where the results went.
        var arguments: [String]

        enum CodingKeys: String, CodingKey {
            case command, runs, arguments
            case milliseconds = "ms_per_run"
        }
    }

    /// The version of this format.
    var schema = Report.version
    /// The machine that it ran on.
    var machine: Machine
    /// The state of that machine.
    var conditions: Conditions
    /// The settings that were asked for.
    var settings: Settings
    /// Contenders and workloads that this machine cannot run, and why.
    var leftOut: [String]
    /// The results, workload by workload.
    var results: [Result]

    enum CodingKeys: String, CodingKey {
        case schema, machine, conditions, settings, results
        case leftOut = "left_out"
    }

    /// Assembles a report.
    public init(
        _ provenance: Provenance, runner: PeerRunner, arguments: [String], leftOut: [String], summaries: [PeerSummary]
    ) {
        machine = provenance.machine
        conditions = provenance.conditions
        settings = Settings(runs: runner.runs, milliseconds: runner.milliseconds, arguments: arguments)
        self.leftOut = leftOut
        results = summaries.map { summary in
            Result(summary, ring: summaries.first { $0.workload == summary.workload && $0.isRing })
        }
    }
}

extension PeerReport {
    /// One contender in one workload.
    struct Result: Sendable, Codable {
        /// The contender, its work, and how it ended.
        struct Part: Sendable, Codable {
            var workload: String
            var surroundings: Surroundings
            var producers, consumers, batch, capacity: Int
            var payload: String
            var wait: String
            var contender, version: String
            var waits: PeerContender.Waits
            var bounded, ours: Bool
            var runs: Int
            var outcome: Sample.Outcome
            var verified: Bool
        }

        var part: Part
        /// The measurements; none if it did not end well.
        var figures: [PeerFigure: Spread] = [:]
        /// How many times better the ring was in each of them, pair by pair.
        var advantages: [PeerFigure: Spread] = [:]

        init(_ summary: PeerSummary, ring: PeerSummary?) {
            let workload = summary.workload
            let contender = summary.contender
            part = Part(
                workload: workload.name, surroundings: workload.surroundings, producers: workload.producers,
                consumers: workload.consumers, batch: workload.batch, capacity: workload.capacity,
                payload: workload.payload, wait: workload.spins ? "spin" : "block", contender: contender.label,
                version: contender.version, waits: contender.waits, bounded: contender.bounded,
                ours: contender.isOurs, runs: summary.samples.count, outcome: summary.outcome,
                verified: summary.outcome == .ok)
            for figure in workload.figures {
                figures[figure] = summary.spread(figure)
                advantages[figure] = ring?.advantage(over: summary, in: figure)
            }
        }

        /// The work, if this version knows it.
        var workload: PeerWorkload? {
            var work = PeerWorkload.core.first {
                $0.name == part.workload && $0.batch == part.batch && $0.producers == part.producers
            }
            work?.capacity = part.capacity
            work?.payload = part.payload
            work?.surroundings = part.surroundings
            return work
        }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }

            static func of(_ figure: PeerFigure) -> Key { Key(stringValue: figure.rawValue) }
            static func advantage(_ figure: PeerFigure) -> Key {
                Key(stringValue: "ring_to_this_" + figure.rawValue)
            }
        }

        init(from decoder: any Decoder) throws {
            part = try Part(from: decoder)
            let fields = try decoder.container(keyedBy: Key.self)
            for figure in PeerFigure.allCases {
                figures[figure] = try fields.decodeIfPresent(Spread.self, forKey: .of(figure))
                advantages[figure] = try fields.decodeIfPresent(Spread.self, forKey: .advantage(figure))
            }
        }

        func encode(to encoder: any Encoder) throws {
            try part.encode(to: encoder)
            var fields = encoder.container(keyedBy: Key.self)
            for (figure, spread) in figures { try fields.encode(spread, forKey: .of(figure)) }
            for (figure, spread) in advantages { try fields.encode(spread, forKey: .advantage(figure)) }
        }

        /// The impossible value in it.
        var flaw: String? {
            guard workload != nil else { return "workload is '\(part.workload)', which is unknown here" }
            if !(0...1_000_000).contains(part.runs) { return "runs is \(part.runs): it must be 0 to 1000000" }
            return (Array(figures.values) + advantages.values).lazy.compactMap(\.flaw).first
        }
    }
}
