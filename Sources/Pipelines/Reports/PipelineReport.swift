/// A snapshot or the final report of a pipeline: its numbers, and how it ended.
public struct PipelineReport: Sendable, CustomStringConvertible {
    /// How a pipeline ended.
    public enum Outcome: Sendable, Equatable {
        /// It has not ended yet, or was not started.
        case running
        /// Every source ended, and every element that it emitted was processed.
        case finished
        /// This stage had seen enough; it and all stages before it ended, and all stages after it finished.
        case endedEarly(stage: String)
        /// ``Pipeline/cancel()`` was called, or a queue that the pipeline takes from was cancelled.
        case cancelled
        /// It failed in this stage. If it failed in no stage, this is the pipeline's name.
        case failed(stage: String)
        /// It was given up, and bodies of these stages have not returned. Final once ``Pipeline/run()`` has returned.
        case abandoned(stages: [String])
    }

    /// The name of the pipeline.
    public let name: String
    /// How the pipeline ended.
    public let outcome: Outcome
    /// The stages, in the order in which they were added.
    public let stages: [StageReport]
    /// The queues between stages, in the order in which they were added.
    public let edges: [EdgeReport]

    /// The first law that does not hold, in words; `nil` if all do.
    ///
    /// The laws hold for every pipeline that has ended. For each edge: *enqueued + refused = dequeued + undelivered*. For each
    /// stage: *dequeued = taken*, *taken = completed + skipped + dead-lettered + failed*, and *emitted = enqueued downstream +
    /// refused*.
    public var brokenLaw: String? {
        for edge in edges where edge.isWhole && edge.enqueued + edge.refused != edge.dequeued + edge.undelivered {
            return """
                \(edge.name): \(edge.enqueued) enqueued and \(edge.refused) refused, but \(edge.dequeued) dequeued and \
                \(edge.undelivered) undelivered
                """
        }
        for stage in stages {
            if stage.taken != stage.dequeued {
                return "\(stage.name): \(stage.dequeued) dequeued, but \(stage.taken) taken"
            }
            if stage.taken != stage.completed + stage.skipped + stage.deadLettered + stage.failed {
                return """
                    \(stage.name): \(stage.taken) taken, but \(stage.completed) completed, \(stage.skipped) skipped, \
                    \(stage.deadLettered) dead-lettered and \(stage.failed) failed
                    """
            }
            if stage.emitted != stage.enqueued + stage.refused {
                return """
                    \(stage.name): \(stage.emitted) emitted, but \(stage.enqueued) enqueued downstream and \
                    \(stage.refused) refused
                    """
            }
        }
        return nil
    }

    /// A line for each stage and each edge.
    public var description: String {
        (["\(name): \(outcome)"] + stages.map { "  \($0)" } + edges.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// The numbers of one stage, in elements, summed over its workers.
public struct StageReport: Sendable, CustomStringConvertible {
    /// The name of the stage.
    public let name: String
    /// The number of its threads.
    public let workers: Int
    /// Elements that left the queue for this stage.
    public let dequeued: Int
    /// Elements given to its body.
    public let taken: Int
    /// Elements whose body returned.
    public let completed: Int
    /// Elements given up after an error.
    public let skipped: Int
    /// Elements that went to the dead letters.
    public let deadLettered: Int
    /// Elements whose body threw, if no rule handled the error. Includes those whose body ended because the next stage takes
    /// no more.
    public let failed: Int
    /// Calls of the body beyond the first for an element.
    public let retried: Int
    /// Elements that its body, or its last inline transform, emitted; an element for several branches counts once for each.
    public let emitted: Int
    /// Emitted elements that entered a queue.
    public let enqueued: Int
    /// Emitted elements that did not enter a queue, because the next stage took no more, or had no room and refuses elements
    /// then.
    public let refused: Int

    /// The numbers that are not zero, in one line.
    public var description: String {
        let numbers = [
            ("taken", taken), ("completed", completed), ("skipped", skipped), ("dead-lettered", deadLettered),
            ("failed", failed), ("retried", retried), ("emitted", emitted), ("refused", refused),
        ]
        let told = numbers.filter { $0.1 != 0 }.map { "\($0.1) \($0.0)" }
        return "\(name)\(workers > 1 ? " ×\(workers)" : ""): \(told.isEmpty ? "nothing" : told.joined(separator: ", "))"
    }
}

/// The numbers of one edge: a queue between stages.
public struct EdgeReport: Sendable, CustomStringConvertible {
    /// The stages that enqueue; several after a merge.
    public let from: [String]
    /// The stage that dequeues.
    public let to: String
    /// The most elements that the queue holds.
    public let capacity: Int
    /// Elements that entered.
    public let enqueued: Int
    /// Elements that left for a body.
    public let dequeued: Int
    /// Elements for its stage that did not reach it: those left in the queue when the stage took no more, and those that were
    /// ``refused``. They went to that stage's `undelivered`, or were destroyed if it has none.
    public let undelivered: Int
    /// The undelivered elements that never entered: the stage took no more, or there was no room
    /// (``StageOptions/WhenFull/refuse``).
    public let refused: Int
    /// The most elements that were seen in the queue, when a worker took some or when it was full.
    public let highWater: Int
    /// Time that workers waited for an element, summed. For a stage that keeps the order of one queue, only the time of the
    /// worker whose turn it was to take.
    public let blockedOnEmpty: Duration
    /// Time that workers waited for room, summed.
    public let blockedOnFull: Duration
    /// Calls that took at least one element.
    public let batches: Int
    /// Whether both ends belong to this pipeline, so that the edge's law can be checked.
    let isWhole: Bool

    /// The names of both stages: `read → resize`. A side that is not a stage of this pipeline is called `outside`.
    public var name: String {
        "\(from.isEmpty ? "outside" : from.joined(separator: "+")) → \(to.isEmpty ? "outside" : to)"
    }

    /// The numbers in one line.
    public var description: String {
        """
        \(name): \(enqueued) enqueued, \(dequeued) dequeued in \(batches) batches, \(undelivered) undelivered \
        (\(refused) refused), high water \(highWater) of \(capacity), \
        waited \(blockedOnEmpty) for elements and \(blockedOnFull) for room
        """
    }
}
