import RingQueues

/// How many ends a queue has on either side.
public enum Topology: String, CaseIterable, Sendable, Codable {
    case spsc = "SPSC"
    case mpsc = "MPSC"
    case spmc = "SPMC"
    case mpmc = "MPMC"

    /// The topology with these ends.
    public init(severalProducers: Bool, severalConsumers: Bool) {
        self = severalProducers ? (severalConsumers ? .mpmc : .mpsc) : (severalConsumers ? .spmc : .spsc)
    }

    /// Whether several producers may share the queue.
    public var severalProducers: Bool { self == .mpsc || self == .mpmc }
    /// Whether several consumers may share the queue.
    public var severalConsumers: Bool { self == .spmc || self == .mpmc }

    /// Threads on a side that several may share: below, at and above the number of processors; not below if quick.
    public func usualThreads(quick: Bool) -> [(producers: Int, consumers: Int)] {
        guard self != .spsc else { return [(1, 1)] }
        let cores = Machine.usableProcessors
        let counts = quick ? [cores, 2 * cores] : [max(1, cores / 2), cores, 2 * cores]
        return Set(counts.map { min($0, 64) }).sorted().map { (severalProducers ? $0 : 1, severalConsumers ? $0 : 1) }
    }
}

/// How the ring queues wait. The mutex queues always park.
public enum Waiting: String, CaseIterable, Sendable, Codable {
    case spin, adaptive, park

    var strategy: WaitStrategy {
        switch self {
        case .spin: .busySpin
        case .adaptive: .adaptive
        case .park: .park
        }
    }
}

/// A kind of work, the same for every contender.
public enum Workload: String, Sendable, Codable {
    /// Producers hand elements to consumers over one queue.
    case contention
    /// The tutorial's pipeline: one producer, three intermediaries that share a queue, one consumer, end of stream
    /// through all.
    case pipeline131 = "pipeline-1-3-1"
    /// A source, five light transforms, a sink.
    case transforms = "pipeline-transforms"
    /// Producers send at a given rate; consumers note how old an element is when it comes.
    case latency
    /// One thread sends an element, another sends it back over a second queue.
    case pingPong = "ping-pong"
    /// Consumers wait; after a quiet period an element comes.
    case idle
}

/// How much of a piece of work is done in one run.
public enum Length: Hashable, Sendable {
    /// Exactly this many elements, however long that takes.
    case elements(Int)
    /// As many elements as go through in this many nanoseconds.
    case nanoseconds(Int64)

    /// No run has more elements than this: the pipeline keeps an account of each.
    public static let mostElements = 200_000_000

    /// How long a run lasts; nothing if its elements end it.
    var span: Int64 {
        switch self {
        case .elements: 0
        case .nanoseconds(let time): time
        }
    }

    /// Elements that a run can have.
    var most: Int {
        switch self {
        case .elements(let count): count
        // One nanosecond an element is faster than any queue here.
        case .nanoseconds(let time): min(Int(time) + 1, Self.mostElements)
        }
    }
}

/// One piece of work, the same for every contender.
public struct Scenario: Hashable, Sendable {
    /// The kind of work.
    public var workload: Workload
    /// Which ends the queue has.
    public var topology: Topology
    /// Threads that enqueue.
    public var producers: Int
    /// Threads that dequeue.
    public var consumers: Int
    /// Elements a call; 1: the calls for one element.
    public var batch: Int
    /// Elements that fit.
    public var capacity: Int
    /// Bytes of an element: 8, 64 or 256.
    public var payloadBytes: Int
    /// How the ring queues wait.
    public var waiting: Waiting
    /// Whether each thread is tied to a processor.
    public var pinned: Bool
    /// Nanoseconds of work that an intermediary does for each element, without yielding its processor.
    public var workNanoseconds: Int
    /// Elements a second that all producers send together; `nil`: as many as the queue takes. For ``Workload/latency``.
    public var rate: Int?
    /// Nanoseconds for which a consumer stops in the middle of a run. For ``Workload/latency`` with a rate.
    public var pauseNanoseconds: Int
    /// Nanoseconds without an element before one comes. For ``Workload/idle``.
    public var quietNanoseconds: Int

    /// The capacity unless another one is given.
    public static let usualCapacity = 1024
    /// The sizes of elements that there are.
    public static let payloads = [8, 64, 256]

    /// Names a piece of work.
    ///
    /// - Precondition: counts are positive and fit the topology; `payloadBytes` is one of ``payloads``.
    public init(
        workload: Workload = .contention, topology: Topology, producers: Int, consumers: Int, batch: Int,
        capacity: Int = usualCapacity, payloadBytes: Int = 8, waiting: Waiting = .adaptive, pinned: Bool = false,
        workNanoseconds: Int = 0, rate: Int? = nil, pauseNanoseconds: Int = 0, quietNanoseconds: Int = 0
    ) {
        precondition(producers > 0 && consumers > 0 && batch > 0 && capacity > 0, "counts are positive")
        precondition(producers == 1 || topology.severalProducers, "\(topology.rawValue) has one producer")
        precondition(consumers == 1 || topology.severalConsumers, "\(topology.rawValue) has one consumer")
        precondition(Self.payloads.contains(payloadBytes), "a payload has 8, 64 or 256 bytes")
        self.workload = workload
        self.topology = topology
        self.producers = producers
        self.consumers = consumers
        self.batch = batch
        self.capacity = capacity
        self.payloadBytes = payloadBytes
        self.waiting = waiting
        self.pinned = pinned
        self.workNanoseconds = workNanoseconds
        self.rate = rate
        self.pauseNanoseconds = pauseNanoseconds
        self.quietNanoseconds = quietNanoseconds
    }

    /// The tutorial's pipeline, whose first queue has one producer and three consumers.
    public static func pipeline(
        batch: Int, capacity: Int = usualCapacity, payloadBytes: Int = 8, waiting: Waiting = .adaptive,
        pinned: Bool = false, workNanoseconds: Int
    ) -> Scenario {
        Scenario(
            workload: .pipeline131, topology: .spmc, producers: 1, consumers: 3, batch: batch, capacity: capacity,
            payloadBytes: payloadBytes, waiting: waiting, pinned: pinned, workNanoseconds: workNanoseconds)
    }

    /// A source whose elements go through five transforms to a sink.
    public static func transforms(
        capacity: Int = usualCapacity, payloadBytes: Int = 8, waiting: Waiting = .adaptive, pinned: Bool = false
    ) -> Scenario {
        Scenario(
            workload: .transforms, topology: .spsc, producers: 1, consumers: 1, batch: 1, capacity: capacity,
            payloadBytes: payloadBytes, waiting: waiting, pinned: pinned)
    }

    /// Elements of a run: those that are due in its time, or that were asked for.
    func elements(in length: Length) -> Int {
        guard let rate, case .nanoseconds(let time) = length else { return length.most }
        return min(max(Int(Double(rate) * Double(time) / 1e9), 1), Length.mostElements)
    }

    /// Elements of a run that are this producer's.
    func elements(of producer: Int, in length: Length) -> Int {
        let (each, left) = elements(in: length).quotientAndRemainder(dividingBy: producers)
        return each + (producer < left ? 1 : 0)
    }

    /// How long a run lasts in which every element comes when it is due.
    func span(of length: Length) -> Int64 {
        guard let rate, case .elements(let count) = length else { return length.span }
        return Int64(Double(count) * 1e9 / Double(rate))
    }

    /// For people: `MPMC 2+2 ×32`. Usual settings are left out.
    public var label: String {
        var parts: [String] = []
        switch workload {
        case .contention: parts = ["\(topology.rawValue) \(producers)+\(consumers)"]
        case .pipeline131: parts = ["1→3→1"]
        case .transforms: parts = ["1→1, five transforms"]
        case .latency:
            parts = ["\(producers)+\(consumers) at \(rate.map { Quantity.count($0) + "/s" } ?? "full speed")"]
        case .pingPong: parts = ["round trip, \(waiting == .spin ? "spinning" : "waiting")"]
        case .idle: parts = ["1+\(consumers) after \(Quantity.time(quietNanoseconds))"]
        }
        if batch > 1 { parts[0] += " ×\(batch)" }
        if workNanoseconds > 0 { parts.append("\(workNanoseconds) ns of work") }
        if pauseNanoseconds > 0 { parts.append("paused \(Quantity.time(pauseNanoseconds))") }
        if capacity != Self.usualCapacity { parts.append("capacity \(capacity)") }
        if payloadBytes != Self.payloads[0] { parts.append("\(payloadBytes) bytes") }
        return parts.joined(separator: ", ")
    }
}
