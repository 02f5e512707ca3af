/// A piece of work for the programs in `Benchmarks/Peers`, whose README explains the shapes and options.
public struct PeerWorkload: Hashable, Sendable {
    /// What the threads do with each other.
    public enum Shape: String, Sendable {
        case queue, pipeline, pingpong, idle, paced
    }

    /// Its name in results: `2p2c`.
    public var name: String
    /// What the threads do.
    public var shape: Shape
    /// Threads that enqueue.
    public var producers = 1
    /// Threads that dequeue.
    public var consumers = 1
    /// Elements a call; 1: the calls for one element.
    public var batch = 1
    /// Elements that fit.
    public var capacity = 1024
    /// `8`, `64`, `256`: bytes of an element; `object`: a reference to a separate object.
    public var payload = "8"
    /// Whether the calls that do not wait are used, in a loop, on tied threads.
    public var spins = false
    /// Nanoseconds of work of a consumer for each element.
    public var workNanoseconds = 0
    /// Elements offered a second; in `paced`.
    public var rate = 0
    /// The load that runs beside it on the machine.
    public var surroundings = Surroundings.quiet

    /// The measurements; contenders are ranked by the first.
    public var figures: [PeerFigure] {
        switch shape {
        case .queue, .pipeline: workNanoseconds == 0 ? [.rate] : [.processorTime, .rate]
        case .pingpong: [.p50, .p99, .p999]
        case .idle: [.wakeUp, .wakeUp99, .idleLoad]
        case .paced: [.processorTime, .p99, .p50]
        }
    }

    /// For people, the name with everything unusual: `2p2c, payload 64`.
    public var label: String {
        var label = name
        if batch > 1 { label += " \(producers)p\(consumers)c" }
        if payload != "8" { label += ", payload \(payload)" }
        if capacity != 1024 { label += ", capacity \(capacity)" }
        if surroundings != .quiet { label += ", \(surroundings.rawValue)" }
        return label
    }

    /// The command line of a contender's program.
    func arguments(contender: String, milliseconds: Int) -> [String] {
        var all = [
            contender, shape.rawValue, "--producers", "\(producers)", "--consumers", "\(consumers)",
            "--batch", "\(batch)", "--capacity", "\(capacity)", "--payload", payload,
            "--wait", spins ? "spin" : "block", "--ms", "\(milliseconds * stretch)", "--work-ns", "\(workNanoseconds)",
        ]
        if spins { all.append("--pin") }
        if rate > 0 { all += ["--rate", "\(rate)"] }
        return all
    }

    /// How many times as long as the others it has to run for a meaningful result.
    private var stretch: Int {
        // Ten ticks are too few for a percentile, and a quota's period is a tenth of a second.
        shape == .paced || shape == .idle || surroundings == .quota ? 3 : 1
    }

    /// The same work in other surroundings.
    public func `in`(_ surroundings: Surroundings) -> PeerWorkload {
        var other = self
        other.surroundings = surroundings
        return other
    }
}

extension PeerWorkload {
    private static func ends(_ producers: Int, _ consumers: Int) -> PeerWorkload {
        PeerWorkload(name: "\(producers)p\(consumers)c", shape: .queue, producers: producers, consumers: consumers)
    }

    /// The work of every contender.
    public static let core: [PeerWorkload] = [
        PeerWorkload(name: "1p1c-spin", shape: .queue, spins: true),
        PeerWorkload(name: "1p1c-block", shape: .queue),
        ends(2, 1), ends(1, 2), ends(2, 2), ends(4, 4), ends(8, 8), ends(32, 8),
        PeerWorkload(name: "pipeline-1-3-1", shape: .pipeline, consumers: 3),
        PeerWorkload(name: "pingpong-spin", shape: .pingpong, spins: true),
        PeerWorkload(name: "pingpong-block", shape: .pingpong),
        PeerWorkload(name: "idle", shape: .idle, consumers: 3),
        PeerWorkload(name: "paced-100k", shape: .paced, rate: 100_000),
        PeerWorkload(name: "paced-1m", shape: .paced, rate: 1_000_000),
        PeerWorkload(name: "slow-consumers", shape: .queue, consumers: 2, workNanoseconds: 200),
        PeerWorkload(name: "batch-32", shape: .queue, batch: 32),
        PeerWorkload(name: "batch-32", shape: .queue, producers: 2, consumers: 2, batch: 32),
        PeerWorkload(name: "batch-256", shape: .queue, batch: 256),
        PeerWorkload(name: "batch-256", shape: .queue, producers: 2, consumers: 2, batch: 256),
    ]

    /// A first look at them.
    public static let quick = core.filter {
        !["2p1c", "1p2c", "4p4c", "32p8c", "pingpong-spin", "paced-1m"].contains($0.name)
    }

    /// Further work for ours and the best peers: other elements, little room, other surroundings.
    public static let variations: [PeerWorkload] = {
        let named = { (name: String) in core.first { $0.name == name }! }
        let other = { (name: String, change: (inout PeerWorkload) -> Void) in
            var workload = named(name)
            change(&workload)
            return workload
        }
        let payloads = ["64", "256", "object"].flatMap { payload in
            ["1p1c-block", "2p2c"].map { other($0) { $0.payload = payload } }
        }
        let tight = ["1p1c-block", "2p2c", "8p8c", "pipeline-1-3-1"].map { other($0) { $0.capacity = 64 } }
        let surrounded = [Surroundings.oneProcessor, .quota, .hogs].flatMap { surroundings in
            core.map { $0.in(surroundings) }
        }
        return payloads + tight + surrounded
    }()
}

/// One figure of a run.
public enum PeerFigure: String, CaseIterable, Sendable {
    case rate = "melem_per_s"
    case p50 = "p50_ns"
    case p99 = "p99_ns"
    case p999 = "p999_ns"
    case processorTime = "cpu_ns_per_element"
    case wakeUp = "wake_p50_ns"
    case wakeUp99 = "wake_p99_ns"
    case idleLoad = "cpu_percent"

    /// Whether more is better.
    public var moreIsBetter: Bool { self == .rate }

    /// Whether the first of two values is ahead.
    func isBetter(_ value: Double, than other: Double) -> Bool { moreIsBetter ? value > other : value < other }

    /// For people, with the unit.
    public var title: String {
        switch self {
        case .rate: "M elements/s"
        case .p50: "p50 ns"
        case .p99: "p99 ns"
        case .p999: "p99.9 ns"
        case .processorTime: "processor ns/element"
        case .wakeUp: "wake-up p50 ns"
        case .wakeUp99: "wake-up p99 ns"
        case .idleLoad: "% of a processor"
        }
    }
}
