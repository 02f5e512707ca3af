import ArgumentParser
import Glibc
package import Pipelines
import Synchronization

/// Runs pipelines that belong together, each on its own thread, until all have ended. Then prints their reports on standard
/// error.
///
/// Ctrl-C cancels them, Ctrl-\ prints what they are doing: see ``Signals``.
/// - Throws: the error of a stage; the exit status 130 if they were cancelled.
package func runTogether(_ pipelines: Pipeline...) throws {
    try Signals.watch(pipelines)
    let ends = Mutex<[Int: Result<PipelineReport, any Error>]>([:])
    let run: @Sendable (Int) -> Void = { index in
        let end = Result { try pipelines[index].run() }
        ends.withLock { $0[index] = end }
    }
    let threads = try pipelines.indices.dropFirst().map { index in try startThread { run(index) } }
    run(0)
    for thread in threads { pthread_join(thread, nil) }

    var failure: (any Error)?
    for (_, end) in ends.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
        do {
            let report = try end.get()
            remark("\(report)")
            if report.outcome == .cancelled { failure = failure ?? ExitCode(128 + SIGINT) }
        } catch let error as PipelineFailure {
            // If pipelines are chained, a failure of one is the failure of all, with the same error.
            remark("\(error.report)")
            failure = error.error
        } catch { failure = error }
    }
    if let failure { throw failure }
}

/// Refuses the value of an option that is out of range.
package func check(_ option: String, _ value: Int, in range: ClosedRange<Int>, _ what: String) throws {
    if !range.contains(value) {
        throw ValidationError("\(option) \(value): \(what) is \(range.lowerBound) to \(range.upperBound)")
    }
}
