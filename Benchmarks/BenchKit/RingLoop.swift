import CRingLoop
import RingQueues

/// Pairs of enqueue and dequeue on one thread, for counting instructions: what the Swift layer adds to C.
public enum RingLoop: String, CaseIterable, Sendable {
    /// In C, over the header that the Swift layer calls.
    case c
    /// By ``/RingQueues/Producer/tryEnqueue(_:)`` and ``/RingQueues/Consumer/tryDequeue()``.
    case swift
    /// By ``/RingQueues/Producer/enqueue(_:)`` and ``/RingQueues/Consumer/dequeue()``, which never have to wait.
    case waiting

    /// Runs it.
    ///
    /// - Parameter pairs: how many.
    /// - Returns: the sum of what was dequeued: `pairs * (pairs - 1) / 2`.
    /// - Throws: `QueueError` if there is no memory.
    public func run(pairs: Int) throws -> Int {
        if self == .c { return Int(crl_spsc_pairs(Int64(pairs))) }
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1024)
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
