/// One contender in one workload, run for a moment by a process of its own: `bench turn`.
struct Turn {
    /// For people.
    let label: String
    private let arguments: [String]

    private static let patience = 60
    private static let wrongUsage: Int32 = 2

    private init(_ contender: Contender, _ scenario: Scenario, _ arguments: [String]) {
        label = "\(scenario.label) \(contender.name(in: scenario))"
        self.arguments = [contender.rawValue, "--batch", "\(scenario.batch)"] + arguments
    }

    /// What this package's rings and stages do in `bench contention` and `bench pipeline`.
    static func usual(quick: Bool) -> [Turn] {
        let queues = Topology.allCases.flatMap { topology in
            [1, 32].flatMap { batch in
                topology.usualThreads(quick: quick).map { threads in
                    Turn(
                        .ring,
                        Scenario(
                            topology: topology, producers: threads.producers, consumers: threads.consumers, batch: batch
                        ),
                        [
                            "--topology", topology.rawValue, "--producers", "\(threads.producers)",
                            "--consumers", "\(threads.consumers)",
                        ])
                }
            }
        }
        let pipelines: [(Contender, batch: Int, work: Int)] = [
            (.ring, 1, 0), (.ring, 32, 0), (.ring, 1, 2000), (.stages, 1, 0), (.stages, 1, 2000),
        ]
        return queues
            + pipelines.map { contender, batch, work in
                let scenario = Scenario(
                    workload: .pipeline131, topology: .spmc, producers: 1, consumers: 3, batch: batch,
                    workNanoseconds: work)
                return Turn(contender, scenario, ["--work", "\(work)"])
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
