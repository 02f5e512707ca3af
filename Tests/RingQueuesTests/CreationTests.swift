import CRings
import CTestSupport
import RingQueues
import TestSupport
import Testing

private struct Mebibyte {
    var bytes: InlineArray<1_048_576, UInt8>
}

/// The errors of queues that cannot be made.
@Suite struct CreationTests {
    @Test(arguments: Kinds.all, [0, -1, Int.min, QueueLimits.maximumCapacity + 1, Int(UInt32.max) + 1, Int.max])
    func aCapacityOutOfRangeIsAnError(kind: any TestKind.Type, capacity: Int) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            let error = #expect(throws: QueueError.invalidCapacity(capacity)) {
                _ = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
            }
            let text = "\(try #require(error))"
            #expect(text.contains("\(capacity)") && text.contains("1 to \(QueueLimits.maximumCapacity)"))
        }
        try check(kind)
    }

    /// A pebibyte: no machine has it, so it has to be an error and not a trap.
    @Test(arguments: Kinds.all) func memoryThatCannotBeHadIsAnError(kind: any TestKind.Type) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            for capacity in [
                QueueLimits.maximumCapacity, QueueLimits.maximumCapacity - 1, QueueLimits.maximumCapacity / 2 + 1,
            ] {
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
            _ = try Queue.make(of: Mebibyte.self, kind: ConcurrencyKitSPSC.self, capacity: 4096)
        }
    }

    /// A size that overflowed would be a small one.
    @Test func noSizeGoesAround() {
        #expect(unsafe rq_gate_allocate(512, 1 << 31, 1 << 33, 8, RQ_FORM_INDEX, RQ_POLICY_PARK) == nil)
        #expect(unsafe rq_gate_allocate(512, 1, Int.max, 8, RQ_FORM_INDEX, RQ_POLICY_PARK) == nil)
        #expect(unsafe rq_gate_allocate(512, 1, -1, 8, RQ_FORM_INDEX, RQ_POLICY_PARK) == nil)
        for alignment in [1 << 62, Int.min, -1] {
            #expect(unsafe rq_gate_allocate(512, 1, 8, alignment, RQ_FORM_INDEX, RQ_POLICY_PARK) == nil)
        }
    }

    @Test func ringsRefuseACapacityOutOfRange() {
        for capacity in [0, UInt32(RQ_CAPACITY_MAX) + 1, UInt32.max] {
            #expect(unsafe rq_index_create(capacity, 8, 8, RQ_POLICY_PARK) == nil)
            #expect(unsafe rq_stamped_create(capacity, rq_layout_of(8, 8), 8, RQ_POLICY_PARK) == nil)
            #expect(unsafe rq_ck_create(capacity, 8, 8, RQ_POLICY_PARK) == nil)
        }
    }

    /// The queue has memory for its elements, or it is not made. Around each number at which bits of a size were lost.
    @Test(arguments: Kinds.all) func aSizeIsCountedIn64Bits(kind: any TestKind.Type) throws {
        func check<K: TestKind, E: Sized>(_ kind: K.Type, _ element: E.Type, _ capacity: Int) throws {
            let stride = MemoryLayout<E>.stride
            do {
                let storage = try K._makeStorage(of: E.self, capacity: capacity, waiting: .park)
                defer { K._freeStorage(storage, of: E.self) }
                if let ring = K.self as? any RingKind.Type {
                    // It is at the start of the memory that was allocated.
                    let gate = unsafe storage.pointer.assumingMemoryBound(to: rq_gate.self)
                    let bytes = unsafe ts_allocated_bytes(gate.pointee.allocation)
                    #expect(
                        bytes >= (ring is any ConcurrencyKitKind.Type ? 1 : capacity) * stride, "\(ring), \(E.self)")
                }
            } catch .outOfMemory(let slots, let bytes) {
                #expect(slots == capacity && bytes >= stride)
                #expect(stride >= 1 << 31, "memory of \(capacity) times \(stride) bytes was allocated")
            } catch .beyondConcurrencyKit(let slots, let bytes) {
                #expect(slots == capacity && bytes >= stride && K.self is any ConcurrencyKitKind.Type)
                #expect(stride >= 1 << 30)
            }
        }
        let four = 1 << 32
        for bytes in [
            0, 1, 64, four / 4 + 1, four / 2 - 1, four / 2, four - 16, four - 9, four - 8, four - 7, four - 1, four,
            four + 1,
        ] {
            try check(kind, SizedTypes.type(bytes), 1)
        }
        for words in [four / 8 - 2, four / 8 - 1, four / 8, four / 8 + 1] {
            try check(kind, SizedTypes.type(words, of: Int.self), 1)
            try check(kind, SizedTypes.type(words / 2, of: SIMD2<Int>.self), 1)
        }
        try check(kind, SizedTypes.type(four), 2)
        try check(kind, SizedTypes.type(four / 2 + 1), 2)
        try check(kind, SizedTypes.type(four), 3)
    }

    @Test(arguments: Kinds.all) func sizeBeyondTheAddressSpaceIsAnError(kind: any TestKind.Type) throws {
        func check<K: TestKind, E: Sized>(_ kind: K.Type, _ element: E.Type, _ capacity: Int) throws {
            let error = #expect(throws: QueueError.self, "\(MemoryLayout<E>.stride) bytes, \(capacity) times") {
                _ = try Queue.make(of: E.self, kind: kind, capacity: capacity)
            }
            let bytes: Int
            switch error {
            case .outOfMemory(capacity, let slotBytes)?, .beyondConcurrencyKit(capacity, let slotBytes)?:
                bytes = slotBytes
            default:
                Issue.record("\(String(describing: error))")
                return
            }
            let isCounted = MemoryLayout<E>.size > 0 && MemoryLayout<E>.stride > 0
            #expect(bytes >= (isCounted ? MemoryLayout<E>.stride : Int.max))
            let text = "\(try #require(error))"
            #expect(text.contains("\(bytes) bytes") && text.contains("or more") == (bytes == .max))
        }
        for bytes in [
            1 << 48, 1 << 62, Int.max - 4096, Int.max - 4095, Int.max - 128, Int.max - 8, Int.max - 7, Int.max - 1,
            Int.max,
        ] {
            for capacity in [1, 2, 3, QueueLimits.maximumCapacity] { try check(kind, SizedTypes.type(bytes), capacity) }
        }
        // Strides that are not an Int's: 2^63 and more.
        for words in [1 << 60 - 1, 1 << 60, 1 << 60 + 1, 1 << 61 - 1] {
            try check(kind, SizedTypes.type(words, of: Int.self), 1)
        }
        // Products around 2^63 and 2^64, and beyond.
        for (bytes, capacity) in [
            (1 << 33 - 1, 1 << 30), (1 << 33, 1 << 30), (1 << 34 - 1, 1 << 30), (1 << 34, 1 << 30),
            (1 << 34 + 1, 1 << 30),
            (1 << 35, 1 << 29), (1 << 36, 1 << 30),
        ] {
            try check(kind, SizedTypes.type(bytes), capacity)
        }
    }

    /// Elements that ConcurrencyKit's ring cannot move as bits go into objects, whose bytes Swift counts in 32 bits.
    @Test(
        arguments: [ConcurrencyKitSPSC.self, ConcurrencyKitMPSC.self, ConcurrencyKitSPMC.self, ConcurrencyKitMPMC.self]
            as [any TestKind.Type])
    func anElementThatNoObjectHoldsIsAnError(kind: any TestKind.Type) throws {
        func check<K: TestKind, E: Sized>(_ kind: K.Type, _ element: E.Type) throws {
            let object = 16 + MemoryLayout<E?>.size
            let result = Result { _ = try Queue.make(of: E.self, kind: kind, capacity: 1) }
            let refusal = QueueError.beyondConcurrencyKit(capacity: 1, slotBytes: MemoryLayout<E>.stride)
            switch result {
            case .success: #expect(object <= UInt32.max)
            case .failure(let error): #expect(object > UInt32.max && error as? QueueError == refusal)
            }
        }
        let four = 1 << 32
        for bytes in [8, four - 64] + Array(four - 32...four - 16) + [four - 8, four, 1 << 40] {
            try check(kind, SizedTypes.pinnedType(bytes))
        }
    }

    /// The mutex queue's memory is Swift's, which ends the process if there is none.
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
    func everyWaitStrategyMakesAQueue(kind: any TestKind.Type, waiting: WaitStrategy) throws {
        func check<K: TestKind>(_ kind: K.Type) throws {
            var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: waiting)
            var producer = queue.takeProducer()
            var consumer = queue.takeConsumer()
            #expect(producer.enqueue(1) == .enqueued && consumer.dequeue() == 1)
        }
        try check(kind)
    }

    @Test func aRingWaitsByTheStrategyThatItWasMadeWith() throws {
        let strategies: [(WaitStrategy, rq_policy, String)] = [
            (.adaptive, RQ_POLICY_ADAPTIVE, "adaptive"), (.busySpin, RQ_POLICY_SPIN, "busySpin"),
            (.park, RQ_POLICY_PARK, "park"),
        ]
        for (waiting, policy, name) in strategies {
            #expect("\(waiting)" == name)
            for kind in Kinds.all.compactMap({ $0 as? any RingKind.Type }) {
                let storage = try kind._makeStorage(of: Int.self, capacity: 2, waiting: waiting)
                defer { kind._freeStorage(storage, of: Int.self) }
                // Every ring starts with its gate.
                let gate = unsafe storage.pointer.assumingMemoryBound(to: rq_gate.self)
                #expect(unsafe gate.pointee.policy == policy, "\(kind), \(waiting)")
            }
        }
    }

    @Test func errorsSayWhatAndWhy() {
        #expect("\(QueueClosed())" == "the queue is closed")
        #expect("\(EnqueueError.closed)" == "the queue is closed")
        #expect("\(EnqueueError.timedOut)".contains("full"))
    }
}
