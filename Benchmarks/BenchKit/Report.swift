/// The results of a benchmark; the JSON that it writes. Described in `Benchmarks/FORMAT.md`.
public struct Report: JSONReport, Codable {
    /// The settings that were asked for.
    public struct Settings: Sendable, Codable {
        /// The subcommand.
        public var command: String
        /// Runs of each contender in each scenario; absent if their spread decided.
        public var runs: Int?
        /// Elements a run, if that was asked for.
        public var elements: Int?
        /// How long a run was to last, if not.
        public var millisecondsPerRun: Int?
        /// Whether each thread was tied to a processor.
        public var pinned: Bool
        /// The arguments after `bench` on the command line, except where the results went.
        public var arguments: [String]

        enum CodingKeys: String, CodingKey {
            case command, runs, elements, pinned, arguments
            case millisecondsPerRun = "ms_per_run"
        }

        /// Sets all of it.
        public init(command: String, runs: Runner.Runs, length: Length, pinned: Bool, arguments: [String]) {
            self.arguments = arguments
            self.command = command
            if case .fixed(let count) = runs { self.runs = count }
            switch length {
            case .elements(let count): elements = count
            case .nanoseconds(let time): millisecondsPerRun = Int(time / 1_000_000)
            }
            self.pinned = pinned
        }
    }

    /// One contender in one scenario.
    public struct Result: Sendable, Codable {
        /// See ``Workload``.
        public var workload: String
        /// See ``Contender/name(in:)``.
        public var contender: String
        /// Whether it is part of this package.
        public var ours: Bool
        /// See ``Topology``.
        public var topology: String
        /// Threads that enqueue.
        public var producers: Int
        /// Threads that dequeue.
        public var consumers: Int
        /// Elements a call.
        public var batch: Int
        /// Elements that fit.
        public var capacity: Int
        /// Elements that were to fit, if the contender cannot have that capacity.
        public var askedCapacity: Int?
        /// Bytes of an element.
        public var payloadBytes: Int
        /// How threads waited.
        public var wait: String
        /// Elements a run, the median.
        public var elements: Int
        /// Runs that were made.
        public var runs: Int
        /// See ``Sample/Outcome``.
        public var outcome: Sample.Outcome
        /// Whether every element of every run was accounted for.
        public var verified: Bool
        /// Million elements a second; absent unless `outcome` is `ok`.
        public var rate: Spread?
        /// The rate of each run, in their order; absent unless `outcome` is `ok`.
        public var rates: [Double]?
        /// Nanoseconds, as the workload measures them; absent if it does not.
        public var latency: Latency?
        /// Elements a second that were to be sent, if that was given.
        public var asked: Int?
        /// Nanoseconds for which a consumer stopped in the middle of a run, if it did.
        public var pause: Int?
        /// Nanoseconds without an element before one came; for idle consumers.
        public var quiet: Int?
        /// Processor time while all consumers waited, in percent of one processor.
        public var idlePercent: Spread?
        /// Nanoseconds of work that an intermediary does for each element; in pipelines.
        public var work: Int?
        /// Mean number of elements that an intermediary took in one call; if stages decide that themselves.
        public var perTake: Double?

        enum CodingKeys: String, CodingKey {
            case workload, contender, ours, topology, producers, consumers, batch, capacity
            case payloadBytes = "payload_bytes"
            case askedCapacity = "asked_capacity"
            case wait, elements, runs, outcome, verified
            case rate = "melem_per_s"
            case rates = "runs_melem_per_s"
            case latency = "latency_ns"
            case asked = "rate_per_s"
            case pause = "pause_ns"
            case quiet = "quiet_ns"
            case idlePercent = "idle_percent"
            case work = "work_ns"
            case perTake = "elements_per_take"
        }

        init(_ summary: Summary) {
            let scenario = summary.scenario
            workload = scenario.workload.rawValue
            contender = summary.contender.name(in: scenario)
            ours = summary.contender.isOurs
            topology = scenario.topology.rawValue
            producers = scenario.producers
            consumers = scenario.consumers
            batch = scenario.batch
            capacity = summary.contender.capacity(in: scenario)
            askedCapacity = capacity == scenario.capacity ? nil : scenario.capacity
            payloadBytes = scenario.payloadBytes
            wait = (summary.contender.hasWaitStrategy ? scenario.waiting : .park).rawValue
            elements = summary.elements
            runs = summary.samples.count
            outcome = summary.outcome
            verified = summary.outcome == .ok
            rate = summary.rate
            rates = summary.outcome == .ok ? summary.samples.map(\.rate) : nil
            latency = Latency(summary)
            asked = scenario.rate
            pause = scenario.pauseNanoseconds > 0 ? scenario.pauseNanoseconds : nil
            quiet = scenario.workload == .idle ? scenario.quietNanoseconds : nil
            idlePercent = summary.idlePercent
            work = scenario.workload == .pipeline131 ? scenario.workNanoseconds : nil
            perTake = summary.perTake
        }
    }

    /// Nanoseconds within which a given share of the elements came: the median of the runs, with its spread.
    public struct Latency: Sendable, Codable {
        var p50: Spread
        var p90: Spread
        var p99: Spread
        var p999: Spread
        var p9999: Spread
        var max: Spread
        /// The latencies of all runs together, as percentile and nanoseconds, towards 100.
        var percentiles: [[Double]]

        /// From the median to the greatest.
        var spreads: [Spread] { [p50, p90, p99, p999, p9999, max] }

        enum CodingKeys: String, CodingKey { case p50, p90, p99, p999, p9999, max, percentiles }

        init?(_ summary: Summary) {
            guard let all = summary.latencies else { return nil }
            func spread(_ percentile: Double) -> Spread { summary.latency(percentile: percentile)! }
            p50 = spread(50)
            p90 = spread(90)
            p99 = spread(99)
            p999 = spread(99.9)
            p9999 = spread(99.99)
            max = spread(100)
            percentiles = all.percentiles(ticksPerHalfDistance: 4).map { [$0.percentile, Double($0.value)] }
        }
    }

    /// The version of this format.
    public static let version = 2
    /// The version of this report.
    public var schema = version
    /// The machine that it ran on.
    public var machine: Machine
    /// The state of that machine.
    public var conditions: Conditions
    /// The settings that were asked for.
    public var settings: Settings
    /// The results, scenario by scenario.
    public var results: [Result]

    /// The command that repeats it.
    var line: String { Self.line(settings.arguments) }

    static func line(_ arguments: [String]) -> String {
        (["swift run -c release bench"] + arguments).joined(separator: " ")
    }

    /// Assembles a report.
    public init(_ provenance: Provenance, settings: Settings, summaries: [Summary]) {
        machine = provenance.machine
        conditions = provenance.conditions
        self.settings = settings
        results = summaries.map(Result.init)
    }

    /// The results as comma-separated values, one line each, after a line of names.
    public func csv() -> String {
        var text =
            "workload,contender,ours,topology,producers,consumers,batch,capacity,payload_bytes,wait,elements,runs,"
            + "outcome,verified,melem_per_s_median,melem_per_s_min,melem_per_s_max,p50_ns,p90_ns,p99_ns,p999_ns,"
            + "p9999_ns,max_ns,work_ns,elements_per_take,rate_per_s,pause_ns,quiet_ns,idle_percent\n"
        for r in results {
            var fields: [String] = [
                r.workload, r.contender, "\(r.ours)", r.topology, "\(r.producers)", "\(r.consumers)", "\(r.batch)",
                "\(r.capacity)", "\(r.payloadBytes)", r.wait, "\(r.elements)", "\(r.runs)", r.outcome.rawValue,
                "\(r.verified)", r.rate.map { "\($0.median)" } ?? "", r.rate.map { "\($0.min)" } ?? "",
                r.rate.map { "\($0.max)" } ?? "",
            ]
            let latency = r.latency.map {
                $0.spreads.map { "\(Int($0.median))" }
            }
            fields += latency ?? Array(repeating: "", count: 6)
            fields += [
                r.work.map { "\($0)" } ?? "", r.perTake.map { "\($0)" } ?? "", r.asked.map { "\($0)" } ?? "",
                r.pause.map { "\($0)" } ?? "", r.quiet.map { "\($0)" } ?? "",
                r.idlePercent.map { "\($0.median)" } ?? "",
            ]
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }
}
