import CTestSupport
import Glibc
import Pipelines
import RingQueues
import TestSupport
import Testing

/// The smallest stack that a stage can have is enough for every stage, and leaves room for a body.
@Suite struct StackTests {
    /// Bytes of the smallest stack that are a body's.
    static let room = 24 << 10

    private static let smallest = StageOptions(stackBytes: StageOptions.minimumStackBytes)

    /// In a process of its own: what Swift's runtime does the first time, it does on the stages' threads.
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
        for bytes in [StageOptions.minimumStackBytes, StageOptions.minimumStackBytes + 1, 1 << 20, 3_000_000] {
            let size = Counter()
            try Pipeline("asks").source("s", of: Int.self, options: StageOptions(stackBytes: bytes)) { _ in
                size.add(ts_stack_size())
            }
            .sink("k") { (_: Int) in }
            .run()
            #expect(start > 0 && size.value - start >= bytes)
        }
        dog.stop()
    }
}
