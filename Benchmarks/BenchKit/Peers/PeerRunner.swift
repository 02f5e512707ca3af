/// Runs the contenders' programs, interleaved: A B C A B C, so that a disturbance of the machine meets all.
public struct PeerRunner: Sendable {
    /// Runs of each contender in each workload.
    public var runs: Int
    /// How long a run is.
    public var milliseconds: Int
    /// Seconds after which a run has stalled. Some workloads take three times as long as is asked for.
    public var patience: Int
    /// A command that burns a processor until it is ended.
    public var hog: [String]

    /// Sets the measures.
    public init(runs: Int, milliseconds: Int, hog: [String]) {
        self.runs = runs
        self.milliseconds = milliseconds
        patience = 20 + 3 * milliseconds / 1000
        self.hog = hog
    }

    /// The result of all the work.
    public struct Outcome: Sendable {
        /// Workload by workload.
        public var summaries: [PeerSummary]
        /// Workloads that this machine cannot run, and why.
        public var leftOut: [String]
    }

    /// Does all the work.
    ///
    /// - Parameters:
    ///   - workloads: the core ones before their variations, which take the best peers of those.
    ///   - contenders: all of them.
    ///   - proceed: called before each run; `false` ends the work.
    /// - Returns: a summary for each workload and each contender that can do it; if the work was ended, those of the
    ///   workloads that are finished.
    /// - Throws: ``PeerError`` if a contender's program failed.
    public func run(
        _ workloads: [PeerWorkload], _ contenders: [PeerContender], proceed: (Runner.Step) -> Bool
    ) throws -> Outcome {
        var outcome = Outcome(summaries: [], leftOut: [])
        for (index, workload) in workloads.enumerated() {
            let taking = takingPart(in: workload, contenders, outcome.summaries)
            func goesOn(_ label: String, _ done: Double) -> Bool {
                proceed(
                    Runner.Step(
                        scenario: index + 1, scenarios: workloads.count, label: "\(workload.label) \(label)",
                        done: (Double(index) + done) / Double(workloads.count)))
            }
            do {
                let summaries = try workload.surroundings.set(hog: hog) { wrap in
                    try run(workload, taking, wrap, proceed: goesOn)
                }
                guard let summaries else { return outcome }
                outcome.summaries += summaries
            } catch let error as SurroundingsError {
                outcome.leftOut.append("\(workload.label): \(error)")
            }
        }
        return outcome
    }

    private func run(
        _ workload: PeerWorkload, _ contenders: [PeerContender], _ wrap: ([String]) -> [String],
        proceed: (String, Double) -> Bool
    ) throws -> [PeerSummary]? {
        var summaries = contenders.map { PeerSummary(workload: workload, contender: $0) }
        var absent: Set<PeerContender> = []
        for run in 0..<runs {
            for i in summaries.indices where summaries[i].outcome == .ok && !absent.contains(contenders[i]) {
                let part = Double(run) + Double(i) / Double(summaries.count)
                guard proceed(contenders[i].label, part / Double(runs)) else { return nil }
                guard
                    let sample = try contenders[i].run(
                        workload, milliseconds: milliseconds, patience: patience, wrap: wrap)
                else {
                    absent.insert(contenders[i])
                    continue
                }
                summaries[i].samples.append(sample)
            }
        }
        return summaries.filter { !absent.contains($0.contender) }
    }

    private func takingPart(
        in workload: PeerWorkload, _ contenders: [PeerContender], _ sofar: [PeerSummary]
    ) -> [PeerContender] {
        guard PeerWorkload.variations.contains(workload) else { return contenders }
        let figure = workload.figures[0]
        let same = sofar.filter {
            $0.workload.name == workload.name && $0.workload.producers == workload.producers
                && PeerWorkload.core.contains($0.workload) && !$0.contender.isOurs
        }
        guard !same.isEmpty else { return contenders.filter { !$0.isAgain } }
        let ranked = PeerSummary.ranked(same, by: figure).map(\.contender)
        // A contender that yields wins on a quiet machine and collapses beside hogs; so keep the best that wait, too.
        let best = Set(ranked.prefix(5) + ranked.filter { $0.waits != .yields }.prefix(2))
        return contenders.filter { !$0.isAgain && ($0.isOurs || best.contains($0)) }
    }
}
