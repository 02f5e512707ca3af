/// One contender in one workload, run for a moment by a process of its own: `bench turn`.
struct Turn {
    private let contender: Contender
    private let scenario: Scenario

    private static let patience = 60
    private static let wrongUsage: Int32 = 2

    /// For people.
    var label: String { "\(scenario.label) \(contender.name(in: scenario))" }

    /// The arguments that ask for it.
    private var arguments: [String] {
        let work =
            scenario.workload == .pipeline131
            ? ["--work", "\(scenario.workNanoseconds)"]
            : [
                "--topology", scenario.topology.rawValue, "--producers", "\(scenario.producers)",
                "--consumers", "\(scenario.consumers)",
            ]
        return [contender.rawValue, "--batch", "\(scenario.batch)"] + work
    }

    /// The work of this package's rings and stages in `bench contention` and `bench pipeline`.
    static func usual(quick: Bool) -> [Turn] {
        let queues = Topology.allCases.flatMap { topology in
            [1, 32].flatMap { batch in
                topology.usualThreads(quick: quick).map { threads in
                    let scenario = Scenario(
                        topology: topology, producers: threads.producers, consumers: threads.consumers, batch: batch)
                    return Turn(contender: .ring, scenario: scenario)
                }
            }
        }
        let pipelines: [(contender: Contender, batch: Int, work: Int)] = [
            (.ring, 1, 0), (.ring, 32, 0), (.ring, 1, 2000), (.stages, 1, 0), (.stages, 1, 2000),
        ]
        return queues
            + pipelines.map {
                Turn(contender: $0.contender, scenario: .pipeline(batch: $0.batch, workNanoseconds: $0.work))
            }
    }

    /// Million elements a second that a build of the benchmark reaches; `nil` if it has no such turn.
    ///
    /// - Throws: ``PeerError`` if it fails.
    func rate(_ program: String) throws -> Double? {
        // Under 'timeout' it is not in the terminal's group: Ctrl-C ends the rounds, not the run that is under way.
        let command = [program, "turn"] + arguments
        let answer = try Tool(command, seconds: Self.patience)
        if answer.status == Self.wrongUsage { return nil }
        guard answer.status == 0, let rate = Double(answer.text.prefix { $0 != "\n" }), rate > 0 else {
            throw PeerError("\(command.joined(separator: " ")) ended with status \(answer.status): \(answer.complaint)")
        }
        return rate
    }
}
