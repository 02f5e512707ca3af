import CTestSupport
import Pipelines
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// From the first few thousand elements to the last, no stage allocates memory. In a process of its own, where no
    /// other code allocates. In release: without optimization Swift allocates for values that it later keeps on the
    /// stack.
    @Suite(.enabled(if: !Settings.isDebug)) struct AllocationTests {
        @Test func elementsAllocateNothing() async {
            await #expect(processExitsWith: .success) { try runCounted(10_000_000, .unordered) }
        }

        @Test func elementsInOrderAllocateNothing() async {
            await #expect(processExitsWith: .success) { try runCounted(1_000_000, .preserve) }
        }

        @Test(arguments: [false, true]) func inlineTransformsAllocateNothing(inOrder: Bool) async {
            if inOrder {
                await #expect(processExitsWith: .success) { try runCounted(1_000_000, .preserve, inline: true) }
            } else {
                await #expect(processExitsWith: .success) { try runCounted(1_000_000, .unordered, inline: true) }
            }
        }

        /// Two tasks that suspend for each element of the other. `Task.yield()` allocates a job; the suspension allocates nothing.
        @Test func aWaitAllocatesNoMoreThanAYield() async {
            await #expect(processExitsWith: .success) { try await pingPongCounted(200_000) }
        }

        /// The other tests count something at all.
        @Test func anAllocationIsCounted() async {
            await #expect(processExitsWith: .success) {
                ts_count_allocations(true)
                let witnesses = (0..<100).map { Witness($0, Tally()) }
                ts_count_allocations(false)
                #expect(ts_allocations() >= UInt64(witnesses.count))
            }
        }
    }
}

/// The same flow after five transforms on its own threads.
private func transformed<Width: FlowWidth>(
    _ flow: consuming Flow<Int, Width, RingKinds>
) -> Flow<Int, Width, RingKinds> {
    flow.map { $0 + 1 }.filter { $0 > 0 }.compactMap { $0 - 1 }.flatMap(of: Int.self) { i, emit in try emit(i) }.map {
        $0
    }
}

private func runCounted(_ elements: Int, _ order: StageOrder, inline: Bool = false) throws {
    let warm = 10_000
    let dog = Watchdog("allocations, \(order)")
    let over = Level()
    // A worker that starts late allocates late: the first elements wait until there are all three.
    let workers = 3
    let calls = Counter()
    let meeting = Meeting(workers)
    let source = Pipeline("counted", capacity: 256)
        .source("count", of: Int.self) { emit in
            for i in 0..<elements { try emit(i) }
            // No stage ends while the last elements are on their way.
            over.wait()
        }
    let same = (inline ? transformed(source) : source)
        .map("same", workers: workers, order: order) { (i: Int) in
            if calls.value < workers && calls.add() <= workers { meeting.meet() }
            return i
        }
    let report = try (inline ? transformed(same) : same)
        .filter("all") { $0 >= 0 }
        .sink("take", state: { 0 }) { seen, _ in
            seen += 1
            if seen == warm { ts_count_allocations(true) }
            if seen == elements {
                ts_count_allocations(false)
                over.rise()
            }
        }
        .run()
    #expect(report.outcome == .finished && report.stages[3].completed == elements)
    let allocations = ts_allocations()
    #expect(allocations == 0)
    dog.stop()
}

private func pingPongCounted(_ rounds: Int) async throws {
    let dog = Watchdog("allocations, tasks")
    var there = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    var back = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    let far = Handover(there.takeConsumer())
    let echo = Handover(back.takeProducer())
    let echoing = Task {
        var far = far.take()
        var echo = echo.take()
        while case .dequeued(let number) = await far.dequeue() { _ = await echo.enqueue(number) }
    }
    var near = there.takeProducer()
    var answers = back.takeConsumer()
    let warm = 1000
    for number in 0..<warm + rounds {
        if number == warm { ts_count_allocations(true) }
        _ = await near.enqueue(number)
        guard case .dequeued(number) = await answers.dequeue() else {
            Issue.record("the answer to \(number) is another number")
            return
        }
    }
    ts_count_allocations(false)
    near.finish()
    await echoing.value
    let allocations = ts_allocations()
    // Each round has four calls, and each of them waits at most once.
    #expect(allocations < 4 * rounds, "\(allocations) allocations")
    dog.stop()
}
