import RingQueues

/// The order in which the workers of a stage pass on the elements that they emit.
public struct StageOrder: Sendable {
    @usableFromInline let isPreserved: Bool
    private let asked: Int?

    private init(isPreserved: Bool, window: Int?) {
        self.isPreserved = isPreserved
        asked = window
    }

    /// The default: each worker emits as it finishes. A single worker keeps the order in which it took its elements.
    public static var unordered: StageOrder { StageOrder(isPreserved: false, window: nil) }

    /// The order in which the elements were taken from the queue before the stage, with a window of four elements per
    /// worker.
    ///
    /// - The worker whose turn it is emits straight into the next queue.
    /// - Each other worker collects up to 64 emitted elements in an outbox and then waits for its turn. An outbox is passed
    ///   on when, at its turn, the body emits again or returns.
    /// - A worker whose body has returned leaves its outbox in the window, and waits if it is further ahead than the window.
    ///
    /// So a stage never holds more than 64 emitted elements for each element of the window and each worker.
    public static var preserve: StageOrder { StageOrder(isPreserved: true, window: nil) }

    /// The same as ``preserve``, with a window of the given number of elements.
    ///
    /// - Precondition: `window` is at least 1.
    public static func preserve(window: Int) -> StageOrder {
        require(window >= 1, "the window must have at least 1 element, got \(window)")
        return StageOrder(isPreserved: true, window: window)
    }

    @usableFromInline
    func window(for workers: Int) -> Int { asked ?? 4 * max(workers, 1) }
}
