import RingQueues

/// How many ends a queue has on either side.
public enum Topology: String, CaseIterable, Sendable, Codable {
    case spsc = "SPSC"
    case mpsc = "MPSC"
    case spmc = "SPMC"
    case mpmc = "MPMC"

    /// Whether several producers may share the queue.
    public var severalProducers: Bool { self == .mpsc || self == .mpmc }
    /// Whether several consumers may share the queue.
    public var severalConsumers: Bool { self == .spmc || self == .mpmc }
}

/// How the ring queues wait. The mutex queues always park.
public enum Waiting: String, CaseIterable, Sendable, Codable {
    case spin, adaptive, park

    var strategy: any WaitStrategy.Type {
        switch self {
        case .spin: BusySpin.self
        case .adaptive: Adaptive.self
        case .park: ParkAtOnce.self
        }
    }
}

/// What is done, whoever does it.
public enum Workload: String, Sendable, Codable {
    /// Producers hand elements to consumers over one queue.
    case contention
    /// The tutorial's: one producer, three intermediaries that share a queue, one consumer, end of stream through all.
    case pipeline131 = "pipeline-1-3-1"
}

/// How much of a piece of work is done in one run.
public enum Length: Hashable, Sendable {
    /// So many elements, however long that takes.
    case elements(Int)
    /// As many elements as go through in so many nanoseconds.
    case nanoseconds(Int64)

    /// No run has more elements than this: the pipeline keeps an account of each.
    public static let mostElements = 200_000_000

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
    /// What is done.
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
    /// Nanoseconds of work that an intermediary does for each element, without giving its processor away.
    public var workNanoseconds: Int

    /// The sizes of elements that there are.
    public static let payloads = [8, 64, 256]

    /// Names a piece of work.
    ///
    /// - Precondition: counts are positive and fit the topology; `payloadBytes` is one of ``payloads``.
    public init(
        workload: Workload = .contention, topology: Topology, producers: Int, consumers: Int, batch: Int,
        capacity: Int = 1024, payloadBytes: Int = 8, waiting: Waiting = .adaptive, pinned: Bool = false,
        workNanoseconds: Int = 0
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
    }

    /// For people: `MPMC 2+2 ×32`.
    public var label: String {
        let ends = workload == .pipeline131 ? "1→3→1" : "\(topology.rawValue) \(producers)+\(consumers)"
        let work = workNanoseconds == 0 ? "" : ", \(workNanoseconds) ns of work"
        return (batch == 1 ? ends : "\(ends) ×\(batch)") + work
    }
}
