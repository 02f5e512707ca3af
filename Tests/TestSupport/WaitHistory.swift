private import CRings
private import CTestSupport
import RingQueues
package import Testing

/// The calling thread's memory of its waits on both sides, and the costs of its waits so far.
package struct WaitHistory {
    private let sides = [RQ_CONSUMER, RQ_PRODUCER].map { side in unsafe Side(rq_history_of(side).pointee) }
    private let yields = ts_yields()
    private let clockReads = ts_clock_reads()

    private struct Side: Equatable {
        /// The address of the ring.
        let gate: UInt
        let position: UInt64
        let elements, trickles, longSleeps: UInt32

        init(_ history: rq_history) {
            unsafe gate = UInt(bitPattern: history.gate)
            unsafe position = history.position
            unsafe elements = history.elements
            unsafe trickles = history.trickles
            unsafe longSleeps = history.long_sleeps
        }
    }

    /// Elements that moved between the last two waits of the calling thread for elements of one queue; `nil` before it has
    /// waited.
    package static var elementsBetweenWaits: Int? {
        let history = unsafe rq_history_of(RQ_CONSUMER).pointee
        return unsafe history.gate == nil ? nil : Int(history.elements)
    }

    /// Expects that the calls in the body do not wait: they do not yield, and the next wait is as if they had not been made.
    ///
    /// - Parameters:
    ///   - readsClock: whether they have to read a clock to find that their deadline has passed.
    ///   - body: the calls.
    ///   - sourceLocation: of the expectation.
    package static func isKept(
        readsClock: Bool, by body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) rethrows {
        let before = WaitHistory()
        try body()
        let after = WaitHistory()
        #expect(after.sides == before.sides, "the calls are remembered as waits", sourceLocation: sourceLocation)
        #expect(after.yields == before.yields, "the calls yielded", sourceLocation: sourceLocation)
        if !readsClock {
            #expect(after.clockReads == before.clockReads, "the calls read a clock", sourceLocation: sourceLocation)
        }
    }
}
