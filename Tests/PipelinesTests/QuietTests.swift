import Glibc
import Pipelines
import TestSupport
import Testing

@Suite struct QuietTests {
    /// The checks of a watcher, and the moves by each.
    @Test func quietTimeIsReportedOnce() {
        var quiet = Quiet(5)
        let looks = [5, 5, 5, 6, 6, 6, 7, 9, 9, 9, 9, 10, 10]
        let told = looks.map { quiet.begins($0) }
        #expect(told == [true, false, false, false, true, false, false, false, true, false, false, false, true])
    }

    @Test func aRunWaitsForItsWatchers() throws {
        let dog = Watchdog("aRunWaitsForItsWatchers")
        let (runner, go, returned, calls) = (Sleeper(), Level(), Counter(), Counter())
        let pipeline = Pipeline("watched")
        pipeline.source("Q1 make", of: Int.self) { _ in go.wait() }.sink("Q1 take") { (_: Int) in }
        pipeline.onQuiet(.milliseconds(1)) { _ in
            go.rise()
            // Once its workers are gone, a run that waits for nothing more is awake.
            while threads(named: "Q1 ") > 0 { sched_yield() }
            while !runner.isAsleep && returned.value == 0 { sched_yield() }
            if returned.value == 0 { calls.add() }
        }
        runner.isMe()
        try pipeline.run()
        returned.add()
        #expect(calls.value == 1)
        dog.stop()
    }

    @Test func onQuietAfterTheRunIsRefused() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try watchTooLate()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("onQuiet was called for a pipeline that has been run"))
    }
}

private func watchTooLate() throws {
    let pipeline = Pipeline("over")
    pipeline.source("count", of: Int.self) { _ in }.sink("hold") { (_: Int) in }
    try pipeline.run()
    pipeline.onQuiet(.seconds(1)) { _ in }
}
