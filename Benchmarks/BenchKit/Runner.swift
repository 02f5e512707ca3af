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
    /// Elements a run; `nil`: as many as fill ``nanoseconds``, found for each contender by trying.
    public var elements: Int?
    /// How long a run should last if nobody says how many elements.
    public var nanoseconds: Int64

    /// Sets the measures.
    public init(runs: Int, elements: Int?, nanoseconds: Int64) {
        self.runs = runs
        self.elements = elements
        self.nanoseconds = nanoseconds
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
            var summaries: [Summary] = []
            for contender in taking {
                step(contender, 0)
                summaries.append(try calibrated(scenario, contender))
            }
            for run in 1...runs {
                for i in summaries.indices where summaries[i].outcome != .stalled || summaries[i].samples.isEmpty {
                    step(summaries[i].contender, run)
                    guard summaries[i].elements > 0 else { continue }
                    summaries[i].samples.append(
                        try summaries[i].contender.run(scenario, elements: summaries[i].elements))
                }
            }
            all += summaries
        }
        return all
    }

    /// Finds how many elements fill a run. The tries are warm-up at the same time and do not count, unless one stalls.
    private func calibrated(_ scenario: Scenario, _ contender: Contender) throws -> Summary {
        var summary = Summary(scenario: scenario, contender: contender, elements: elements ?? 0, samples: [])
        guard elements == nil else { return summary }
        var count = Self.least
        while true {
            let sample = try contender.run(scenario, elements: count)
            guard sample.outcome == .ok else {
                summary.samples = [sample]
                return summary
            }
            let wanted = Double(count) * Double(nanoseconds) / Double(max(sample.nanoseconds, 1))
            // A short run says little: never trust more than a factor of ten.
            if sample.nanoseconds > nanoseconds / 4 || count >= Self.most {
                summary.elements = max(Self.least, min(Int(wanted), Self.most))
                return summary
            }
            count = min(Int(min(wanted, Double(count) * 10)), Self.most)
        }
    }

    /// Enough to see an order; few enough that the slowest queue ends.
    private static let least = 128

    /// No run has more elements than this: their departures and arrivals are kept in memory.
    public static let most = 200_000_000
}
