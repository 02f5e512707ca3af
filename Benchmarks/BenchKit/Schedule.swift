import Glibc
import RingQueues

/// When each element of a run is due, whatever happens to the elements before it.
///
/// A sender that waits for a slow queue sends less just while the queue is slow, and so its own measurements leave out the
/// worst (G. Tene, 'How NOT to Measure Latency', 2013: coordinated omission). Here an element's time begins when it
/// should have been sent: a stall counts against every element that it delays.
package struct Schedule: Sendable {
    /// When the first element is due.
    let origin: Int64
    /// Elements a second, of all producers together.
    let rate: Int
    let producers: Int

    package init(origin: Int64, rate: Int, producers: Int) {
        self.origin = origin
        self.rate = rate
        self.producers = producers
    }

    /// When element `index` of a producer is due. The producers take turns.
    @inline(__always)
    package func due(_ index: Int, of producer: Int) -> Int64 {
        let position = index * producers + producer
        return origin + Int64(position / rate) * 1_000_000_000 + Int64(position % rate) * 1_000_000_000 / Int64(rate)
    }

    /// Waits until a point in time: asleep while it is far away, awake for the last stretch, because a sleep ends late.
    static func wait(until due: Int64) {
        var loop = TryLoop()
        while true {
            let left = due - Platform.nanoseconds
            if left <= 0 { return }
            if left > asleepAbove { pause(left - awake) } else { loop.failed() }
        }
    }

    private static let asleepAbove: Int64 = 200_000
    private static let awake: Int64 = 150_000

    /// Sleeps for the given time.
    package static func pause(_ nanoseconds: Int64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while unsafe nanosleep(&time, &left) != 0 && errno == EINTR { time = left }
    }
}
