import CRings
import CTestSupport
import RingQueues
import TestSupport
import Testing

private struct Mebibyte {
    var bytes: InlineArray<1_048_576, UInt8>
}

/// What a queue that cannot be made answers.
@Suite struct CreationTests {
    @Test(arguments: Kinds.all, [0, -1, Int.min, QueueLimits.capacity + 1, Int(UInt32.max) + 1, Int.max])
    func aCapacityOutOfRangeIsAnError(kind: any TestKind.Type, capacity: Int) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let error = #expect(throws: QueueError.invalidCapacity(capacity)) {
                _ = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
            }
            let text = "\(try #require(error))"
            #expect(text.contains("\(capacity)") && text.contains("1 to \(QueueLimits.capacity)"))
        }
        try check(kind)
    }

    /// A pebibyte: no machine has it, so it has to be an error and not a trap.
    @Test(arguments: Kinds.all) func memoryThatCannotBeHadIsAnError(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for capacity in [QueueLimits.capacity, QueueLimits.capacity - 1, QueueLimits.capacity / 2 + 1] {
                let error = #expect(throws: QueueError.self) {
                    _ = try Queue.make(of: Mebibyte.self, kind: kind, capacity: capacity)
                }
                let bytes: Int
                switch error {
                case .outOfMemory(capacity, let slotBytes)?, .beyondConcurrencyKit(capacity, let slotBytes)?:
                    bytes = slotBytes
                default:
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(bytes >= MemoryLayout<Mebibyte>.size && bytes < MemoryLayout<Mebibyte>.size + 16)
                let text = "\(try #require(error))"
                #expect(text.contains("\(capacity)") && text.contains("\(bytes) bytes"))
            }
        }
        try check(kind)
    }

    /// ConcurrencyKit's calls count bytes in 32 bits, and its ring keeps one slot empty.
    @Test func concurrencyKitReachesFourGibibytes() {
        #expect(rq_ck_reaches((1 << 20) - 1, 4096))
        #expect(!rq_ck_reaches((1 << 20) - 1, 4097) && !rq_ck_reaches(1 << 20, 4096))
        #expect(throws: QueueError.beyondConcurrencyKit(capacity: 4096, slotBytes: MemoryLayout<Mebibyte>.stride)) {
            _ = try Queue.make(of: Mebibyte.self, kind: CKSPSC.self, capacity: 4096)
        }
    }

    /// A size that went around would be a small one.
    @Test func noSizeGoesAround() {
        #expect(unsafe rq_gate_allocate(512, 1 << 31, 1 << 33, 8, RQ_FORM_INDEX, RQ_POLICY_PARK) == nil)
    }

    /// The mutex queue's memory is Swift's, which ends the process where there is none.
    @Test(arguments: Kinds.all.filter { $0 is any RingKind.Type })
    func anAllocationThatFailsIsAnError(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            // The first queue of a type needs memory of Swift's as well, without which the process ends.
            try make(kind)
            ts_fail_allocation(1)
            let result = Result { try make(kind) }
            ts_fail_allocation(0)
            let error = #expect(throws: QueueError.self) { try result.get() }
            guard case .outOfMemory(capacity: 4, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            try make(kind)
        }
        func make<K: TestKind>(_ kind: K.Type) throws {
            _ = try Queue.make(of: Int.self, kind: kind, capacity: 4)
        }
        try check(kind)
    }

    @Test(arguments: Kinds.all, Kinds.waiting)
    func everyWaitStrategyMakesAQueue(kind: any TestKind.Type, waiting: any WaitStrategy.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            #expect(producer.enqueue(1) == .enqueued && consumer.dequeue() == 1)
        }
        try check(kind)
    }

    @Test func errorsSayWhatAndWhy() {
        #expect("\(QueueClosed())" == "the queue is closed")
        #expect("\(EnqueueError.closed)" == "the queue is closed")
        #expect("\(EnqueueError.timedOut)".contains("full"))
    }
}
