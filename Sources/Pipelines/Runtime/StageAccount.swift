/// A stage's name and workers, for reports.
@usableFromInline
final class StageAccount: Sendable {
    @usableFromInline let name: String
    /// The queues that the stage takes from.
    let inputs: [Edge]
    /// Whether the stage is a source.
    let isEntry: Bool
    private let members = Guarded<[Worker]>([])

    init(_ name: String, takesFrom inputs: [Edge], isEntry: Bool) {
        self.name = name
        self.isEntry = isEntry
        self.inputs = inputs
    }

    /// Whether stages of the same pipeline enqueue the elements that it takes. Known once all workers have their ends.
    var takesCounted: Bool { !inputs.isEmpty && inputs.allSatisfy(\.isWhole) }

    /// Whether the stage is a source whose elements come from outside the pipeline.
    var entersElements: Bool { isEntry && !takesCounted }

    var workers: [Worker] { members.withLock { $0 } }

    func addWorker(named name: String, halt: Latch, limit: InFlight?) -> Worker {
        let worker = Worker(stage: self, halt: halt, limit: limit, name: name)
        members.withLock { $0.append(worker) }
        return worker
    }

    /// Whether no stage takes the elements of any of its workers.
    var isUnwanted: Bool {
        let active = workers.filter { !$0.hasEnded }
        return !active.isEmpty && active.allSatisfy(\.isUnwanted)
    }

    /// Stops the queues before the stage, which releases all stages before it.
    func stopTaking() { for input in inputs { input.stop(.cancelled) } }

    var moves: Int {
        workers.reduce(0) {
            $0 &+ $1.meter[StageCell.taken] &+ $1.meter[StageCell.emitted] &+ $1.meter[StageCell.retried]
        }
            &+ done
    }

    /// The number of elements that its bodies have finished.
    var done: Int {
        workers.reduce(0) { sum, worker in
            sum + worker.meter[StageCell.completed] + worker.meter[StageCell.skipped]
                + worker.meter[StageCell.deadLettered] + worker.meter[StageCell.failed]
        }
    }

    /// The number of elements that were emitted and are in no queue yet.
    var held: Int {
        workers.reduce(0) { sum, worker in
            let sent = worker.sent(EdgeCell.moved) + worker.sent(EdgeCell.undelivered)
            return sum + worker.meter[StageCell.emitted] - sent
        }
    }

    /// The numbers at this moment.
    func report() -> StageReport {
        let workers = workers
        func sum(_ cell: Int) -> Int { workers.reduce(0) { $0 + $1.meter[cell] } }
        return StageReport(
            name: name, workers: workers.count,
            dequeued: workers.reduce(0) { $0 + $1.dequeued },
            taken: sum(StageCell.taken), completed: sum(StageCell.completed), skipped: sum(StageCell.skipped),
            deadLettered: sum(StageCell.deadLettered), failed: sum(StageCell.failed),
            retried: sum(StageCell.retried), emitted: sum(StageCell.emitted),
            enqueued: workers.reduce(0) { $0 + $1.sent(EdgeCell.moved) },
            refused: workers.reduce(0) { $0 + $1.sent(EdgeCell.undelivered) })
    }
}
