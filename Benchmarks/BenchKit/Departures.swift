import RingQueues

/// When elements left the producer: one in 64, or another power of two.
@safe
package final class Departures: @unchecked Sendable {
    // SAFETY: an entry is written by the producer before it enqueues the element and read by the consumer after the
    // element has come to it; the queues between order the two (R2, R3).
    private let times: UnsafeMutablePointer<Int64>
    private let shift: Int
    private let mask: Int
    private let count: Int

    /// - Precondition: `every` is a power of two.
    package init(elements: Int, every: Int = 64) {
        shift = every.trailingZeroBitCount
        mask = every - 1
        count = elements >> shift + 1
        unsafe times = .allocate(capacity: count)
        unsafe times.initialize(repeating: 0, count: count)
    }

    deinit { unsafe times.deallocate() }

    /// Whether the time of this element is noted. Any index can be asked for: an element that comes may be damaged.
    @inline(__always)
    package func has(_ index: Int) -> Bool {
        index & mask == 0 && UInt(bitPattern: index >> shift) < UInt(bitPattern: count)
    }

    @inline(__always)
    func note(_ index: Int) {
        if has(index) { unsafe times[index >> shift] = Platform.nanoseconds }
    }

    /// Nanoseconds since an element left. Its time must be noted: see ``has(_:)``.
    func since(_ index: Int) -> Int64 { unsafe Platform.nanoseconds - times[index >> shift] }
}
