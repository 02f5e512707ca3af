import Glibc
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// The calls that do not wait, with far more threads than processors on a queue that is full or empty most of the
    /// time: each lost race for a slot is another thread's success, and none takes a call long.
    @Suite struct TryTests {
        @Test func noTryTakesLong() throws {
            // The system may charge a thread for the work of the machine below it; not three times in a row.
            var worst: [Int] = []
            for _ in 0..<3 {
                worst.append(try longestTry(producers: 32, consumers: 8, each: Settings.isDebug ? 1_000 : 20_000))
                if worst.last! < 1_000_000 { return }
            }
            Issue.record("calls that do not wait took \(worst) ns of their own thread's processor time")
        }
    }
}

/// The most processor time of its own thread that any call took, in nanoseconds.
private func longestTry(producers: Int, consumers: Int, each: Int) throws -> Int {
    var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 64)
    let dog = Watchdog("tries of \(producers) + \(consumers) threads", watching: [queue.control])
    let worst = (0..<producers + consumers).map { _ in Counter() }
    let made = Counter()
    let taken = Counter()
    let start = Meeting(producers + consumers)
    var threads = Threads()
    do {
        let producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        for p in 0..<producers {
            threads.start(producer.clone()) { producer in
                start.meet()
                var longest = 0
                for i in 0..<each {
                    let before = ownProcessorTime()
                    let result = producer.tryEnqueue(i)
                    longest = max(longest, ownProcessorTime() - before)
                    if case .enqueued = result { made.add() } else { sched_yield() }
                }
                worst[p].add(longest)
            }
        }
        for c in 0..<consumers {
            threads.start(consumer.clone()) { consumer in
                start.meet()
                var longest = 0
                while true {
                    let before = ownProcessorTime()
                    let result = consumer.tryDequeue()
                    longest = max(longest, ownProcessorTime() - before)
                    if case .dequeued = result { taken.add() } else { sched_yield() }
                    if case .closed = result { break }
                }
                worst[producers + c].add(longest)
            }
        }
    }
    threads.join()
    dog.stop()
    #expect(made.value == taken.value && made.value > 0)
    return worst.map(\.value).max()!
}

private func ownProcessorTime() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
