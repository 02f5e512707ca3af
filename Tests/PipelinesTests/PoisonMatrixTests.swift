import Glibc
import Pipelines
import TestSupport
import Testing

/// Every stage, in every way of ending, with the queues around it empty, half full and full: all threads end, the
/// outcome is the right one, and no element is lost or destroyed twice.
@Suite struct PoisonMatrixTests {
    @Test(arguments: Scenario.all) fileprivate func holds(place: Place, event: Event, fill: Fill) throws {
        var scenario = Scenario(place, event, fill)
        let dog = Watchdog("\(place), \(event), \(fill)")
        let report: PipelineReport
        do {
            report = try scenario.run()
            #expect(!event.throwsError)
        } catch let failure as PipelineFailure {
            #expect(event.throwsError)
            #expect(failure.stage == scenario.work)
            #expect(failure.error as? Fault == Fault(at: event.element))
            report = failure.report
        }
        #expect(report.outcome == scenario.expectedOutcome)
        #expect(report.brokenLaw == nil)
        for stage in report.stages {
            #expect(stage.taken == report.edges.filter { $0.to == stage.name }.reduce(0) { $0 + $1.dequeued })
        }
        let turned = report.edges.map { $0.undelivered }
        #expect(scenario.undelivered.value == turned.reduce(0, +))
        #expect(scenario.tally.alive == 0)
        switch event {
        case .ends: #expect(turned.allSatisfy { $0 == 0 })
        // The stages after it get all emitted elements.
        case .leaves: #expect(place == .sink || turned.last == 0)
        default: break
        }
        // Too late.
        scenario.pipeline.cancel()
        #expect(scenario.pipeline.snapshot().outcome == scenario.expectedOutcome)
        // The pipeline has let go of the bodies, which hold the scenario.
        #expect(isKnownUniquelyReferenced(&scenario))
        // A thread that was joined may stay in the list a moment longer.
        while threads(named: scenario.prefix) > 0 { sched_yield() }
        dog.stop()
    }
}

extension Scenario {
    fileprivate var expectedOutcome: PipelineReport.Outcome {
        switch event {
        case .ends: .finished
        case .throwsAtFirst, .throwsAtMiddle, .throwsAtLast: .failed(stage: work)
        case .leaves: place == .source ? .finished : .endedEarly(stage: work)
        case .cancels, .isCancelled: .cancelled
        }
    }
}
