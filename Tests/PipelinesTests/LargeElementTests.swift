import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

private let bytes = 1 << 18
private typealias Frame = InlineArray<262_144, UInt8>

/// Stages whose threads have stack for a few elements only.
@Suite(.watched) struct LargeElementTests {
    @Test func aSinkNeedsAFewElementsOfStack() throws {
        let seen = Atomic(0)
        try frames().sink("store", options: small) { (frame: consuming Frame) in
            seen.add(Int(frame[bytes - 1]), ordering: .relaxed)
        }.run()
        #expect(seen.load(ordering: .relaxed) == 45)
    }

    @Test func eachStageNeedsAFewElementsOfStack() throws {
        let seen = Atomic(0)
        try frames()
            .map("blur", workers: 2, options: small) { (frame: consuming Frame) -> Frame in
                frame[7] &+= 1
                return frame
            }
            .filter("choose", options: small) { frame in frame[0] > 3 }
            .flatMap("double", of: Frame.self, options: small) { (frame: consuming Frame, emit) in
                try emit(frame)
                try emit(Frame(repeating: 0))
            }
            .batch("gather", max: 3, options: small)
            .sink("store", options: small) { (batch: [Frame]) in
                for frame in batch { seen.add(Int(frame[7]), ordering: .relaxed) }
            }
            .run()
        #expect(seen.load(ordering: .relaxed) == 5 + 6 + 7 + 8 + 9 + 10)
    }

    /// A stopped pipeline returns the elements that it has no use for, from a full queue as well.
    @Test func refusedElementIsReturned() throws {
        let back = Atomic(0)
        let taken = Atomic(0)
        let report = try Pipeline("frames", capacity: 2)
            .source("read", of: Frame.self, options: small) { emit in
                for n: UInt8 in 1...9 { try emit(Frame(repeating: n)) }
            }
            .sink(
                "store", options: small,
                undelivered: { (frame: consuming sending Frame) in _ = back.add(1, ordering: .relaxed) }
            ) { (frame: consuming Frame) in
                taken.add(1, ordering: .relaxed)
                throw EndOfStage()
            }
            .run()
        #expect(taken.load(ordering: .relaxed) == 1)
        // Nine do not fit into the queue and what a worker takes, so at least one was refused.
        let edge = report.edges[0]
        #expect(report.brokenLaw == nil && edge.refused == 1)
        #expect(back.load(ordering: .relaxed) == edge.undelivered)
    }

    private func frames() -> Flow<Frame, SingleWorker, RingKinds> {
        Pipeline("frames", capacity: 2).source("read", of: Frame.self, options: small) { emit in
            for n: UInt8 in 1...9 { try emit(Frame(repeating: n)) }
        }
    }

    private var small: StageOptions {
        #if DEBUG
            StageOptions(stackBytes: 14 * bytes + 300_000)
        #else
            StageOptions(stackBytes: 6 * bytes + 300_000)
        #endif
    }
}
