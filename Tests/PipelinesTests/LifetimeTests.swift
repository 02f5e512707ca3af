import Pipelines
import RingQueues
import TestSupport
import Testing

/// Nothing of a pipeline is left when it has ended and its last reference is gone.
@Suite struct LifetimeTests {
    private struct Broken: Error { let witness: Witness }

    /// Bodies and actions that hold their pipeline go with its end.
    @Test func aPipelineGoesThatItsBodiesHold() throws {
        let dog = Watchdog("aPipelineGoesThatItsBodiesHold")
        weak var gone: Pipeline?
        do {
            let pipeline = Pipeline("holds", inFlight: 4)
            pipeline.onQuiet(.seconds(100_000)) { _ in pipeline.cancel() }
            pipeline.onStop { pipeline.cancel() }
            pipeline
                .source("count", of: Int.self) { emit in for i in 0..<10 where !pipeline.name.isEmpty { try emit(i) } }
                .sink("look", undelivered: { _ in pipeline.cancel() }) { (_: Int) in _ = pipeline.snapshot() }
            gone = pipeline
            try pipeline.run()
            pipeline.onStop { pipeline.cancel() }
        }
        #expect(gone == nil)
        dog.stop()
    }

    /// An action for quiet times does not hold the pipeline.
    @Test func aPipelineGoesThatNeverRan() {
        weak var gone: Pipeline?
        do {
            let pipeline = Pipeline("never")
            pipeline.onQuiet(.seconds(100_000)) { _ in }
            gone = pipeline
        }
        #expect(gone == nil)
    }

    /// Queues, and their errors, are destroyed as well.
    @Test(arguments: [nil, 4]) func anErrorGoes(bound: Int?) throws {
        let dog = Watchdog("anErrorGoes")
        let tally = Tally()
        do {
            let pipeline = Pipeline("fails", inFlight: bound)
            pipeline
                .source("count", of: Int.self) { emit in for i in 0... { try emit(i) } }
                .map("pass", workers: 2) { (i: Int) in i }
                .sink("throw") { (i: Int) in if i == 20 { throw Broken(witness: Witness(i, tally)) } }
            do { try pipeline.run() } catch { #expect(error is PipelineFailure) }
        }
        #expect(tally.created == 1 && tally.alive == 0)
        dog.stop()
    }

    /// A pipeline whose queues cannot be made has not finished, and has nothing left to wait for.
    @Test func pipelineThatCouldNotStartHasNotFinished() throws {
        let dog = Watchdog("pipelineThatCouldNotStartHasNotFinished")
        weak var gone: Pipeline?
        do {
            let pipeline = Pipeline("large", capacity: 0)
            pipeline.source("none", of: Int.self) { _ in }.sink("store") { (_: Int) in }
            pipeline.onStop { pipeline.cancel() }
            gone = pipeline
            #expect(throws: QueueError.invalidCapacity(0)) { try pipeline.run() }
            #expect(pipeline.snapshot().outcome == .failed(stage: "store"))
            #expect(pipeline.shutdown(until: .after(.seconds(100_000))).outcome == .failed(stage: "store"))
        }
        #expect(gone == nil)
        dog.stop()
    }

    /// A start that failed leaves no wait that would hold the pipeline's error.
    @Test func anErrorGoesThoughTheStartFailed() throws {
        let dog = Watchdog("anErrorGoesThoughTheStartFailed")
        let tally = Tally()
        do {
            let pipeline = Pipeline("large", capacity: 0)
            pipeline.source("none", of: Int.self) { _ in }.sink("store") { (_: Int) in }
            pipeline.fail(Broken(witness: Witness(0, tally)))
            #expect(throws: QueueError.invalidCapacity(0)) { try pipeline.run() }
        }
        #expect(tally.created == 1 && tally.alive == 0)
        dog.stop()
    }

    @Test func aStageIsAddedOnce() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try addTwice()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("a stage that is wired by hand is added once"))
    }
}

private func addTwice() throws {
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    let pipeline = Pipeline("twice")
    let stage = ConsumerStage("look", from: queue.takeConsumer()) { (_: Int) in }
    pipeline.add(stage)
    pipeline.add(stage)
    try pipeline.run()
}
