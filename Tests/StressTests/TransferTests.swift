import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Every element arrives once and each producer's in its order, for every kind, number of threads, capacity, call
    /// and way of waiting.
    @Suite struct TransferTests {
        @Test(arguments: Kinds.all, Kinds.waiting)
        func everyElementOnceInOrder(kind: any TestKind.Type, waiting: WaitStrategy) throws {
            func run<K: TestKind>(_ kind: K.Type) throws {
                let dog = Watchdog("transfer over \(kind), \(waiting)")
                for transfer in transfers(kind, waiting) {
                    if let wrong = try transfer.run(kind, dog.watch) { Issue.record("\(wrong)") }
                }
                dog.stop()
            }
            try run(kind)
        }
    }
}

/// All combinations, with fewer elements if each of them costs a park, or if a preempted producer stops the others for
/// a time slice, as on ConcurrencyKit's ring.
private func transfers<K: TestKind>(_ kind: K.Type, _ waiting: WaitStrategy) -> [Transfer] {
    let producers = K.producersCanBeCloned ? [1, 2, 3, 4] : [1]
    let consumers = K.consumersCanBeCloned ? [1, 2, 3, 4] : [1]
    var all: [Transfer] = []
    for p in producers {
        for c in consumers {
            for capacity in [1, 3, 64, 1023] {
                for calls in Calls.allCases {
                    var each = (capacity < 64 ? 600 : 6000) / (p * c)
                    if waiting == .park { each /= 6 }
                    if p > 1 && K.self is any ConcurrencyKitKind.Type { each /= 6 }
                    all.append(
                        Transfer(
                            producers: p, consumers: c, capacity: capacity, calls: calls, waiting: waiting,
                            each: max(each, 10)))
                }
            }
        }
    }
    return all
}
