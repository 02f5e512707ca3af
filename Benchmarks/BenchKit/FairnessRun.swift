import Glibc
import MutexQueues
import Pipelines
import RingQueues

/// How evenly the ends of a shared queue get their turns: while all of them work, the share of the worst end in each
/// window of ``window`` elements.
public struct FairnessRun: Sendable {
    /// Threads that enqueue.
    public var producers: Int
    /// Threads that dequeue.
    public var consumers: Int
    /// Elements that fit.
    public var capacity: Int
    /// Windows that are recorded.
    public var windows: Int

    /// Elements of a window, at least: the counts are read every few hundred microseconds.
    public static let window = 1_000_000

    /// Sets the measures.
    public init(producers: Int, consumers: Int, capacity: Int = 1024, windows: Int) {
        self.producers = producers
        self.consumers = consumers
        self.capacity = capacity
        self.windows = windows
    }

    /// The share of the worst end, for each window, relative to an even share: 1 is even, 0 is nothing.
    public struct Shares: Sendable {
        /// The producers' shares.
        public var producers: [Double] = []
        /// The consumers' shares.
        public var consumers: [Double] = []
    }

    /// Runs it over our ring for several producers and consumers.
    ///
    /// - Returns: the shares, window by window.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func ring() throws -> Shares { try run(MPMC.self) }

    /// Runs it over our mutex kind.
    ///
    /// - Returns: the shares, window by window.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func mutex() throws -> Shares { try run(MutexMPMC.self) }

    private func run<Kind: ManyProducers & ManyConsumers>(_ kind: Kind.Type) throws -> Shares {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
        let control = queue.control
        let made = (0..<producers).map { _ in Pulse() }
        let taken = (0..<consumers).map { _ in Pulse() }
        var stages = StageGroup()
        do {
            let producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            for (p, pulse) in made.enumerated() {
                try stages.start("produce-\(p)", producer.clone()) { out in
                    var count = 0
                    while case .enqueued = out.enqueue(count) {
                        count &+= 1
                        pulse.beat(count)
                    }
                }
            }
            for (c, pulse) in taken.enumerated() {
                try stages.start("consume-\(c)", consumer.clone()) { input in
                    var count = 0
                    while input.dequeue() != nil {
                        count &+= 1
                        pulse.beat(count)
                    }
                }
            }
        }
        let shares = watch(made, taken)
        control.cancel()
        try stages.join()
        return shares
    }

    private func watch(_ made: [Pulse], _ taken: [Pulse]) -> Shares {
        var shares = Shares()
        // The first window is for threads that have not started yet.
        var before: (made: [Int], taken: [Int])?
        var next = Self.window
        while shares.consumers.count < windows {
            usleep(200)
            let now = (made: made.map(\.beats), taken: taken.map(\.beats))
            let total = now.taken.reduce(0, +)
            guard total >= next else { continue }
            next = total + Self.window
            if let before {
                shares.producers.append(Self.worst(before.made, now.made))
                shares.consumers.append(Self.worst(before.taken, now.taken))
            }
            before = now
        }
        return shares
    }

    private static func worst(_ before: [Int], _ now: [Int]) -> Double {
        let gained = zip(now, before).map { $0 - $1 }
        return Double(gained.min() ?? 0) * Double(gained.count) / Double(max(gained.reduce(0, +), 1))
    }
}
