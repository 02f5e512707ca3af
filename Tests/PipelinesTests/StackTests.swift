import CTestSupport
import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

/// The smallest stack that a stage can have is enough for every stage, and leaves room for a body.
@Suite struct StackTests {
    /// The part of the smallest stack that is left for a body, in bytes.
    static let room = 24 << 10

    private static let smallest = StageOptions(stackBytes: StageOptions.minimumStackBytes)

    /// In a process of its own: Swift's runtime does its first lookups on the stages' threads.
    @Test(arguments: Shape.allCases) func theSmallestStackLeavesRoomForABody(shape: Shape) async throws {
        await #expect(processExitsWith: .success) { [shape] in
            ts_paint_stacks(true)
            try shape.run(StackTests.smallest)
            ts_paint_stacks(false)
            let used = ts_deepest_stack()
            let start = ts_stack_used_at_start()
            #expect(used > start && used - start <= StageOptions.minimumStackBytes - StackTests.room)
        }
    }

    /// As the article says.
    @Test func theSmallestStackIsWhatWasPublished() {
        #expect(StageOptions.minimumStackBytes == (Settings.isDebug ? 64 : 48) << 10)
    }

    /// With the stack that the system gives it.
    @Test(arguments: Shape.allCases) func everyStageRunsWithTheSmallestStack(shape: Shape) throws {
        let dog = Watchdog("everyStageRunsWithTheSmallestStack \(shape)")
        try shape.run(Self.smallest)
        dog.stop()
    }

    /// None of it goes to the guard page or to thread-local storage.
    @Test func aBodyHasTheStackThatWasAskedFor() throws {
        let dog = Watchdog("aBodyHasTheStackThatWasAskedFor")
        let start = ts_stack_used_at_start()
        // Larger than others, whose stacks the C library keeps and gives to threads that want less.
        for bytes in [64 << 20, (80 << 20) + 1, 96 << 20] {
            let size = try stackOfAStage(StageOptions(stackBytes: bytes))
            #expect(start > 0 && size - start >= bytes)
        }
        dog.stop()
    }

    /// A limit on the size of stacks (`ulimit -s`) may leave less than the smallest stack by default.
    @Test func aSmallDefaultIsRaised() async {
        // In a process of its own: it holds for all threads.
        await #expect(processExitsWith: .success) {
            #expect(ts_default_stack(32 << 10))
            let size = try stackOfAStage(StageOptions())
            #expect(size > StageOptions.minimumStackBytes)
        }
    }
}

/// How large the stack of a source is.
private func stackOfAStage(_ options: StageOptions) throws -> Int {
    let size = Counter()
    try Pipeline("stack").source("s", of: Int.self, options: options) { _ in size.add(ts_stack_size()) }
        .sink("k") { (_: Int) in }
        .run()
    return size.value
}
