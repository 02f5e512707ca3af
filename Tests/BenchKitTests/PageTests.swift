import BenchKit
import Foundation
import Histogram
import Testing

/// The page that `bench report` makes of results. Its looks are checked elsewhere.
@Suite struct PageTests {
    private func html(_ scenarios: [Scenario], _ contenders: [Contender], command: String) throws -> String {
        try page(scenarios, contenders, command: command).html()
    }

    private func page(_ scenarios: [Scenario], _ contenders: [Contender], command: String) throws -> Page {
        let length = Length.elements(200)
        let summaries = try Runner(runs: .fixed(2), length: length).run(scenarios, contenders) { _ in true }
        let settings = Report.Settings(
            command: command, runs: .fixed(2), length: length, pinned: false, arguments: [command, "--wait", "a<b"])
        let json = try Report(.test, settings: settings, summaries: summaries).json()
        return Page(try StoredReport.read(Data(json.utf8), "f.json"))
    }

    private func count(_ text: String, in page: String) -> Int { page.components(separatedBy: text).count - 1 }

    @Test func everyResultIsABar() throws {
        let scenarios = [1, 8].flatMap { batch in
            [Topology.spsc, .mpmc].map { Scenario(topology: $0, producers: 1, consumers: 1, batch: batch) }
        }
        let page = try html(scenarios, [.ring, .ckRing, .mutex, .cMutex], command: "contention")
        #expect(count("<figure>", in: page) == 3)
        #expect(count("<rect class=\"mark s", in: page) == 16)
        #expect(count("<rect class=\"mark cell", in: page) == 2)
        #expect(count("<tr><td>", in: page) == 18)
        #expect(page.contains("× mutex, one element a call") && page.contains("× mutex, bursts of 8"))
        // One group for all contenders, though one of them has another capacity.
        #expect(count("<text class=\"group\"", in: page) == 4)
        #expect(page.contains("The ring is faster than the mutex in every run of"))
    }

    @Test func everyValueIsAMark() throws {
        let scenarios = [1, 2, 4].map { Scenario(topology: .spsc, producers: 1, consumers: 1, batch: $0) }
        let page = try html(scenarios, [.ring, .mutex], command: "sweep-batch")
        #expect(count("<path class=\"mark s", in: page) == 6)
        #expect(count("<path class=\"line s", in: page) == 2 + 2, "and two in the legend")
        #expect(page.contains("elements a call"))
    }

    @Test func latencyAndIdleHaveTheirCharts() throws {
        let latency = Scenario(
            workload: .latency, topology: .spsc, producers: 1, consumers: 1, batch: 1, rate: 1_000_000)
        #expect(try html([latency], [.ring, .mutex], command: "latency").contains("1+1 at 1M/s: 99 of 100 within "))
        let idle = Scenario(
            workload: .idle, topology: .spsc, producers: 1, consumers: 1, batch: 1, quietNanoseconds: 1000)
        let page = try html([idle], [.ring, .mutex], command: "idle")
        #expect(count("<figure>", in: page) == 2)
        #expect(count("<rect class=\"mark s", in: page) == 4)
    }

    @Test func theFirstChartIsAPictureAndATable() throws {
        let scenario = Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1)
        let page = try page([scenario], [.ring, .mutex], command: "contention")
        let picture = try #require(page.picture())
        #expect(picture.hasPrefix("<svg xmlns=") && count("<rect class=\"mark s", in: picture) == 2)
        #expect(picture.contains("prefers-color-scheme:dark"))
        let document = try #require(page.markdown())
        #expect(document.contains("| threads | ring, M/s | ÷ ck-ring | ÷ mutex | ÷ c-mutex |\n"))
        let row = /\n\| SPSC 1\+1 \| [0-9.]+ \([0-9. –]+\) \|  \| (\*\*)?[0-9.]+(\*\*)? \|  \|\n/
        #expect(document.matches(of: row).count == 2, "in the summary and in its own section")
        #expect(document.contains("× mutex, one element a call\n\n| threads | queue | "))
        #expect(!document.contains("## Stages") && !document.contains("Noise floor"))
        #expect(Page([]).picture() == nil && Page([]).markdown() == nil)
    }

    @Test func tablesSayWhenTheMachineWasBusy() throws {
        var provenance = Provenance.test
        #expect(try #require(markdown(provenance)).contains("busy") == false)
        provenance.conditions.busyPercent = 50
        #expect(try #require(markdown(provenance)).contains("\n- **The machine was busy before the start: 50 %"))
    }

    @Test func stagesAreComparedWithTheSameByHand() throws {
        let document = try #require(markdown(.test))
        #expect(document.contains("| threads | stages, M/s | ÷ by hand | ÷ over mutex | ÷ over c-mutex |\n"))
        #expect(document.contains("| SPSC 1+1 | 500 (500 – 500) | **0.50** |  |  |\n"))
        #expect(document.contains("| SPSC 1+1 | 1000 (1000 – 1000) |  | 4.00 |  |\n"))
    }

    /// The tables of one run of the ring and of stages over it.
    private func markdown(_ provenance: Provenance) -> String? {
        let scenario = Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1)
        let summaries = [(Contender.ring, 1000), (.mutex, 4000), (.stages, 2000)].map { contender, time in
            Summary(
                scenario: scenario, contender: contender,
                samples: [Sample(outcome: .ok, elements: 1000, nanoseconds: Int64(time))])
        }
        let settings = Report.Settings(
            command: "contention", runs: .fixed(1), length: .elements(1000), pinned: false, arguments: ["contention"])
        return Page([.queues(Report(provenance, settings: settings, summaries: summaries))]).markdown()
    }

    /// A page of one report whose figures are given, in nanoseconds a run of 1000 elements.
    private func page(_ command: String, _ scenario: Scenario, _ nanoseconds: [(Contender, Int64)]) -> String {
        let summaries = nanoseconds.map { contender, time in
            Summary(
                scenario: scenario, contender: contender,
                samples: [Sample(outcome: .ok, elements: 1000, nanoseconds: time)])
        }
        let settings = Report.Settings(
            command: command, runs: .fixed(1), length: .elements(1000), pinned: false, arguments: [command])
        return Page([.queues(Report(.test, settings: settings, summaries: summaries))]).html()
    }

    @Test func aSweepSaysHowManyTimesAsFastTheRingIs() {
        let scenario = Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1)
        let page = page("sweep-batch", scenario, [(.ring, 1000), (.mutex, 4000)])
        #expect(page.contains("Ring 4.00 × mutex, over elements a call"))
    }

    /// Waiting and waking are two figures, each with its own values in its table.
    @Test func idleTablesHaveTheirOwnFigures() throws {
        var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        latencies.record(2000)
        var sample = Sample(outcome: .ok, elements: 1, nanoseconds: 1000, latencies: latencies)
        sample.idlePercent = 77
        let scenario = Scenario(
            workload: .idle, topology: .spsc, producers: 1, consumers: 1, batch: 1, quietNanoseconds: 1000)
        let settings = Report.Settings(
            command: "idle", runs: .fixed(1), length: .elements(1), pinned: false, arguments: ["idle"])
        let summary = Summary(scenario: scenario, contender: .ring, samples: [sample])
        let page = Page([.queues(Report(.test, settings: settings, summaries: [summary]))]).html()
        func row(_ value: String) -> String { String(repeating: "<td>\(value)</td>", count: 3) + "</tr>" }
        let parts = page.components(separatedBy: "<figure>")
        try #require(parts.count == 3)
        #expect(parts[1].contains("Waiting costs at most 77.0 % of a processor") && parts[1].contains(row("77.0")))
        #expect(!parts[1].contains(row("2.00")))
        #expect(parts[2].contains("How soon a waiting consumer") && parts[2].contains(row("2.00")))
        #expect(!parts[2].contains(row("77.0")))
    }

    /// It loads nothing from outside: people read it without a network.
    @Test func itNeedsNothingButItself() throws {
        let scenario = Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1)
        let page = try html([scenario], [.ring, .mutex], command: "contention")
        for reference in ["http:", "https:", "src=", "<link", "<script", "url("] { #expect(!page.contains(reference)) }
        #expect(page.contains("swift run -c release bench contention --wait a&lt;b"))
        #expect(!page.contains("a<b"))
    }

    /// Results without the figures that a chart needs make no chart, and no crash.
    @Test func resultsThatFailedAreLeftOut() throws {
        var summary = Summary(
            scenario: Scenario(topology: .spsc, producers: 1, consumers: 1, batch: 1), contender: .ckRing,
            samples: [Sample(outcome: .stalled, elements: 0, nanoseconds: 0)])
        let settings = Report.Settings(
            command: "contention", runs: .fixed(1), length: .elements(1), pinned: false, arguments: [])
        for outcome in [Sample.Outcome.stalled, .failed] {
            summary.samples[0].outcome = outcome
            let report = Report(.test, settings: settings, summaries: [summary])
            let page = Page([.queues(report)]).html()
            #expect(!page.contains("<figure>"))
            #expect(page.contains("so there is no verdict"))
        }
    }
}
