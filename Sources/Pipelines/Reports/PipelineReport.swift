/// The numbers of a pipeline, and how it ended.
public struct PipelineReport: Sendable, CustomStringConvertible {
    /// How a pipeline ended.
    public enum Outcome: Sendable, Equatable {
        /// It has not ended yet, or was not started.
        case running
        /// Every source ended, and every element that it emitted went through.
        case finished
        /// This stage had seen enough; it and all stages before it ended, and all stages after it finished.
        case endedEarly(stage: String)
        /// ``Pipeline/cancel()`` was called, or a queue that the pipeline takes from was cancelled.
        case cancelled
        /// It failed in this stage; the pipeline's name if it failed in none of them.
        case failed(stage: String)
        /// It was given up, and bodies of these stages have not returned. Final once ``Pipeline/run()`` has returned.
        case abandoned(stages: [String])
    }

    /// The pipeline.
    public let name: String
    /// How it ended.
    public let outcome: Outcome
    /// In the order in which they were added.
    public let stages: [StageReport]
    /// In the order in which they were added.
    public let edges: [EdgeReport]

    /// The first law that does not hold, in words; `nil` if all do. They hold for every pipeline that has ended: for
    /// each edge *enqueued + refused = dequeued + undelivered*, for each stage *dequeued = taken*, *taken = completed + skipped +
    /// dead-lettered + failed* and *emitted = enqueued downstream + refused*.
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

/// What one stage did, summed over its workers, in elements.
public struct StageReport: Sendable, CustomStringConvertible {
    /// The stage.
    public let name: String
    /// Its threads.
    public let workers: Int
    /// Elements that left the stage's queue for it.
    public let dequeued: Int
    /// Elements given to its body.
    public let taken: Int
    /// Elements whose body returned.
    public let completed: Int
    /// Elements given up after an error.
    public let skipped: Int
    /// Elements that went to the dead letters.
    public let deadLettered: Int
    /// Elements whose body threw, and for which nothing else was done. Includes those whose body ended because the next
    /// stage takes no more.
    public let failed: Int
    /// Calls of the body beyond the first for an element.
    public let retried: Int
    /// Elements that its body, or its last inline transform, emitted; an element for several branches counts once for each.
    public let emitted: Int
    /// The emitted elements that entered a queue.
    public let enqueued: Int
    /// The emitted elements that the next stage no longer took, or had no room for and did not wait for.
    public let refused: Int

    /// The numbers in one line, those that are not zero.
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
    /// Elements that were meant for its stage and did not reach it: they went to that stage's `undelivered`, or were destroyed
    /// if it has none. Those that were left in the queue when the stage took no more, and ``refused``.
    public let undelivered: Int
    /// The undelivered elements that never entered: the stage took no more, or there was no room
    /// (``StageOptions/WhenFull/refuse``).
    public let refused: Int
    /// The most elements seen in it: when a worker takes some, and when it is full.
    public let highWater: Int
    /// Time that workers waited for an element, summed. For a stage that keeps the order of one queue: the time of the
    /// worker whose turn it was to take.
    public let blockedOnEmpty: Duration
    /// Time that workers waited for room, summed.
    public let blockedOnFull: Duration
    /// Calls that took at least one element.
    public let batches: Int
    /// Whether both its ends belong to this pipeline, so that its law can be checked.
    let isWhole: Bool

    /// `read → resize`; if one side is not a stage of this pipeline, `outside` in its place.
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
