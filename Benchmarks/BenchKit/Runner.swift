import RingQueues

/// Runs contenders through scenarios, interleaved: A B C A B C, so that what the machine does meanwhile meets all.
public struct Runner: Sendable {
    /// What is to be shown while it runs.
    public struct Step: Sendable {
        /// The scenario, counted from 1.
        public var scenario: Int
        /// How many there are.
        public var scenarios: Int
        /// What is about to run, for people.
        public var label: String
        /// The share of the whole that is done, 0 to 1.
        public var done: Double
    }

    /// Runs of each contender in each scenario.
    public var runs: Int
    /// How much a run is.
    public var length: Length

    /// Sets the measures.
    public init(runs: Int, length: Length) {
        self.runs = runs
        self.length = length
    }

    /// Does all the work.
    ///
    /// - Parameters:
    ///   - scenarios: the work.
    ///   - contenders: who does it.
    ///   - progress: called on this thread before each run.
    /// - Returns: a summary for each scenario and contender, in their order.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func run(
        _ scenarios: [Scenario], _ contenders: [Contender], progress: (Step) -> Void
    ) throws -> [Summary] {
        var all: [Summary] = []
        for (index, scenario) in scenarios.enumerated() {
            let taking = contenders.filter { $0.takesPart(in: scenario) }
            func step(_ contender: Contender, _ run: Int) {
                let part = (Double(run) + Double(taking.firstIndex(of: contender) ?? 0) / Double(taking.count))
                progress(
                    Step(
                        scenario: index + 1, scenarios: scenarios.count,
                        label: "\(scenario.label) \(contender.name(in: scenario))",
                        done: (Double(index) + part / Double(runs + 1)) / Double(scenarios.count)))
            }
            var summaries = taking.map { Summary(scenario: scenario, contender: $0, samples: []) }
            for run in 0...runs {
                for i in summaries.indices where summaries[i].samples.isEmpty || summaries[i].outcome == .ok {
                    step(summaries[i].contender, run)
                    let sample = try summaries[i].contender.run(scenario, run == 0 ? warmUp : length)
                    // The first run is for warm caches; it counts only if there is something wrong with it.
                    if run > 0 || sample.outcome != .ok { summaries[i].samples.append(sample) }
                }
            }
            all += summaries
        }
        return all
    }

    private var warmUp: Length {
        switch length {
        case .elements(let count): .elements(max(1, count / 4))
        case .nanoseconds(let time): .nanoseconds(time / 4)
        }
    }
}
