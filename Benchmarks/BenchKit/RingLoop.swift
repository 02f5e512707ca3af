import CRingLoop
import RingQueues

/// Pairs of enqueue and dequeue on one thread, for counting the instructions that the Swift layer adds to C.
public enum RingLoop: String, CaseIterable, Sendable {
    /// In C, over the header that the Swift layer calls.
    case c
    /// By ``/RingQueues/Producer/tryEnqueue(_:)`` and ``/RingQueues/Consumer/tryDequeue()``.
    case swift
    /// By ``/RingQueues/Producer/enqueue(_:)`` and ``/RingQueues/Consumer/dequeue()``, which never have to wait.
    case waiting

    /// Runs it.
    ///
    /// - Parameters:
    ///   - topology: the kind of queue.
    ///   - ck: whether ConcurrencyKit's own ring is used.
    ///   - pairs: how many.
    /// - Returns: the sum of the dequeued values: `pairs * (pairs - 1) / 2`.
    /// - Throws: `QueueError` if there is no memory.
    public func run(_ topology: Topology, ck: Bool, pairs: Int) throws -> Int {
        if self == .c {
            let (producers, consumers) = (topology.severalProducers, topology.severalConsumers)
            if ck { return Int(crl_ck_pairs(Int64(pairs), producers, consumers)) }
            if topology == .spsc { return Int(crl_index_pairs(Int64(pairs))) }
            return Int(crl_stamped_pairs(Int64(pairs), producers, consumers))
        }
        return switch (topology, ck) {
        case (.spsc, false): try run(SPSC.self, pairs)
        case (.mpsc, false): try run(MPSC.self, pairs)
        case (.spmc, false): try run(SPMC.self, pairs)
        case (.mpmc, false): try run(MPMC.self, pairs)
        case (.spsc, true): try run(ConcurrencyKitSPSC.self, pairs)
        case (.mpsc, true): try run(ConcurrencyKitMPSC.self, pairs)
        case (.spmc, true): try run(ConcurrencyKitSPMC.self, pairs)
        case (.mpmc, true): try run(ConcurrencyKitMPMC.self, pairs)
        }
    }

    private func run<Kind: QueueKind>(_ kind: Kind.Type, _ pairs: Int) throws -> Int {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1023)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        var sum = 0
        if self == .waiting {
            for i in 0..<pairs {
                guard case .enqueued = producer.enqueue(i), let element = consumer.dequeue() else { break }
                sum &+= element
            }
            return sum
        }
        for i in 0..<pairs {
            guard case .enqueued = producer.tryEnqueue(i), case .dequeued(let element) = consumer.tryDequeue() else {
                break
            }
            sum &+= element
        }
        return sum
    }
}
