import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// Elements for which there is no memory cause errors that give their size, wherever a queue is made.
@Suite(.watched) struct SizeTests {
    private static let sizes = [1 << 48, 1 << 62, Int.max - 7, Int.max]

    @Test(arguments: Kinds.all, sizes) func aJoinableQueueSaysTheSize(kind: any TestKind.Type, bytes: Int) throws {
        func check<K: TestKind, E: Sized>(_ kind: K.Type, _ element: E.Type) throws {
            let error = #expect(throws: QueueError.self) {
                _ = try JoinableQueue.make(of: E.self, kind: K.self, capacity: 1)
            }
            #expect(slotBytes(error) >= bytes)
        }
        try check(kind, SizedTypes.type(bytes))
    }

    @Test(arguments: sizes) func aPipelineSaysTheSize(bytes: Int) throws {
        func check<E: Sized>(_ element: E.Type) throws {
            func refused(_ pipeline: Pipeline) {
                let error = #expect(throws: QueueError.self) { try pipeline.run() }
                #expect(slotBytes(error) >= bytes)
            }
            func source() -> Flow<E, SingleWorker, RingKinds> {
                Pipeline("large", capacity: 1).source("source", of: E.self) { _ in }
            }
            refused(source().sink("sink") { (_: E) in })
            refused(source().sink("sink", workers: 2) { (_: E) in })
            refused(source().batch("batch", max: .max).sink("sink") { _ in })
            refused(source().map("map", workers: 2, order: .preserve) { (_: E) in 0 }.sink("sink") { _ in })
            refused(source().map("map", workers: 2) { (_: E) in 0 }.sink("sink", workers: 2) { _ in })
            refused(
                Pipeline("ck", capacity: 1).source("source", of: E.self, over: SameKind<ConcurrencyKitMPMC>.self) { _ in
                }
                .sink("sink") { (_: E) in })
        }
        try check(SizedTypes.type(bytes))
    }

    /// The memory that a worker takes in one call is bounded in bytes; otherwise a few large elements would need memory
    /// for many.
    @Test(arguments: [
        (1, 64), (8, 64), (16 << 10, 64), (16 << 10 + 1, 63), (1 << 20, 1), (1 << 20 + 1, 1), (1 << 40, 1),
    ])
    func aWorkerTakesAMebibyteAtMost(bytes: Int, count: Int) throws {
        func check<E: Sized>(_ element: E.Type) { #expect(Hoard<E>.capacity == count) }
        check(SizedTypes.type(bytes))
    }

    @Test func aWorkerWithoutMemoryFailsWithTheSize() throws {
        func check<E: Sized>(_ element: E.Type) {
            do {
                _ = try Hoard<E>()
                Issue.record("memory of \(MemoryLayout<E>.stride) bytes")
            } catch .failed(let error) {
                #expect(slotBytes(error as? QueueError) == MemoryLayout<E>.stride)
            } catch { Issue.record("\(error)") }
        }
        check(SizedTypes.type(1 << 48))
        check(SizedTypes.type(Int.max))
    }

    @Test(arguments: [1, 2, 3, Int.max]) func aBatchOfAnySizeHasWhatCame(max: Int) throws {
        let batches = Mutex<[[Int]]>([])
        try Pipeline("batches", capacity: 4).source("source", of: Int.self) { emit in for n in 0..<7 { try emit(n) } }
            .batch("batch", max: max).sink("sink") { (batch: [Int]) in batches.withLock { $0.append(batch) } }.run()
        let all = batches.withLock { $0 }
        #expect(all.flatMap { $0 } == Array(0..<7) && all.first?.count == min(max, 7))
    }
}

private func slotBytes(_ error: QueueError?) -> Int {
    switch error {
    case .outOfMemory(_, let bytes)?, .beyondConcurrencyKit(_, let bytes)?: bytes
    case .invalidCapacity?, nil: -1
    }
}
