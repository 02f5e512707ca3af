import RingQueues

/// Runs contenders through scenarios, interleaved: A B C A B C, so that a disturbance of the machine meets all.
public struct Runner: Sendable {
    /// The progress to show while it runs.
    public struct Step: Sendable {
        /// The scenario, counted from 1.
        public var scenario: Int
        /// How many there are.
        public var scenarios: Int
        /// The name of the next run, for people.
        public var label: String
        /// The share of the whole that is done, 0 to 1.
        public var done: Double
    }

    /// How many runs a contender has in a scenario.
    public enum Runs: Hashable, Sendable {
        /// Exactly this many.
        case fixed(Int)
        /// Until the ratio of the first contender to each other one is known to five percent either way, or this many
        /// nanoseconds have gone by in the scenario.
        case auto(Int64)
    }

    /// Runs of each contender in each scenario.
    public var runs: Runs
    /// The amount of work of a run.
    public var length: Length

    /// Sets the measures.
    public init(runs: Runs, length: Length) {
        self.runs = runs
        self.length = length
    }

    /// Does all the work.
    ///
    /// - Parameters:
    ///   - scenarios: the work.
    ///   - contenders: the contenders that do it.
    ///   - proceed: called on this thread before each run; `false` ends the work.
    /// - Returns: a summary for each scenario and contender, in their order. If the work was ended, the finished part:
    ///   in the last scenario the rounds that all contenders had, and what failed.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    public func run(
        _ scenarios: [Scenario], _ contenders: [Contender], proceed: (Step) -> Bool
    ) throws -> [Summary] {
        var all: [Summary] = []
        for (index, scenario) in scenarios.enumerated() {
            let began = Platform.nanoseconds
            let taking = contenders.filter { $0.takesPart(in: scenario) }
            func goesOn(_ contender: Contender, _ run: Int) -> Bool {
                let place = Double(run) + Double(taking.firstIndex(of: contender) ?? 0) / Double(taking.count)
                let part =
                    switch runs {
                    case .fixed(let count): place / Double(count + 1)
                    case .auto(let budget): min(Double(Platform.nanoseconds - began) / Double(budget), 1)
                    }
                return proceed(
                    Step(
                        scenario: index + 1, scenarios: scenarios.count,
                        label: "\(scenario.label) \(contender.name(in: scenario))",
                        done: (Double(index) + part) / Double(scenarios.count)))
            }
            var summaries = taking.map { Summary(scenario: scenario, contender: $0, samples: []) }
            for run in 0...most {
                if run > 1, case .auto(let budget) = runs,
                    Self.isSettled(summaries) || Platform.nanoseconds - began > budget
                {
                    break
                }
                for i in summaries.indices where summaries[i].samples.isEmpty || summaries[i].outcome == .ok {
                    guard goesOn(summaries[i].contender, run) else {
                        let rounds = max(run - 1, 0)
                        for i in summaries.indices where summaries[i].outcome == .ok {
                            summaries[i].samples = Array(summaries[i].samples.prefix(rounds))
                        }
                        return all + summaries.filter { !$0.samples.isEmpty }
                    }
                    let sample = try summaries[i].contender.run(scenario, run == 0 ? warmUp : length)
                    // The first run warms the caches; it counts only if something is wrong with it.
                    if run > 0 || sample.outcome != .ok { summaries[i].samples.append(sample) }
                }
            }
            all += summaries
        }
        return all
    }

    private var most: Int {
        switch runs {
        case .fixed(let count): count
        case .auto: Self.mostRuns
        }
    }

    private static let mostRuns = 1000
    private static let narrow = 0.05

    /// Whether the first contender is known well enough beside each of the others.
    package static func isSettled(_ summaries: [Summary]) -> Bool {
        guard let first = summaries.first(where: { $0.outcome == .ok }) else { return true }
        let rates = first.samples.map(\.rate)
        guard rates.count >= Estimate.fewestRuns else { return false }
        return summaries.allSatisfy { other in
            guard other.outcome == .ok, other.contender != first.contender else { return true }
            let estimate = Estimate(new: rates, old: other.samples.map(\.rate), error: 0.05, seed: 1)
            return estimate.high / estimate.ratio <= 1 + narrow
        }
    }

    private var warmUp: Length {
        switch length {
        case .elements(let count): .elements(max(1, count / 4))
        case .nanoseconds(let time): .nanoseconds(time / 4)
        }
    }
}
