import RingQueues

/// Work for queues of any kind, done once.
protocol QueueWork: Sendable {
    /// What it is.
    var scenario: Scenario { get }

    /// Does it.
    ///
    /// - Parameters:
    ///   - kind: of the queue, or queues.
    ///   - payload: of the elements.
    ///   - moreProducers: clones an end; `nil` where there can be one only.
    ///   - moreConsumers: the same.
    /// - Returns: what it took, verified.
    /// - Throws: `QueueError` or `StageError` if there is no memory or no thread.
    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample
}
