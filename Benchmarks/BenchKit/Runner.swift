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
    ///   - proceed: called on this thread before each run; `false` ends the work.
    /// - Returns: a summary for each scenario and contender, in their order; of work that was ended, what is finished: in
    ///   the last scenario the rounds that all contenders had.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func run(
        _ scenarios: [Scenario], _ contenders: [Contender], proceed: (Step) -> Bool
    ) throws -> [Summary] {
        var all: [Summary] = []
        for (index, scenario) in scenarios.enumerated() {
            let taking = contenders.filter { $0.takesPart(in: scenario) }
            func goesOn(_ contender: Contender, _ run: Int) -> Bool {
                let part = (Double(run) + Double(taking.firstIndex(of: contender) ?? 0) / Double(taking.count))
                return proceed(
                    Step(
                        scenario: index + 1, scenarios: scenarios.count,
                        label: "\(scenario.label) \(contender.name(in: scenario))",
                        done: (Double(index) + part / Double(runs + 1)) / Double(scenarios.count)))
            }
            var summaries = taking.map { Summary(scenario: scenario, contender: $0, samples: []) }
            for run in 0...runs {
                for i in summaries.indices where summaries[i].samples.isEmpty || summaries[i].outcome == .ok {
                    guard goesOn(summaries[i].contender, run) else {
                        let rounds = max(run - 1, 0)
                        for i in summaries.indices { summaries[i].samples = Array(summaries[i].samples.prefix(rounds)) }
                        return rounds > 0 ? all + summaries : all
                    }
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
