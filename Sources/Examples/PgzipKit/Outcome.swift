import Synchronization

/// The last stage's report on the whole work.
///
/// A pipeline that is cancelled ends early without an error. Only this report says whether the output is complete.
final class Outcome: Sendable {
    private let isFinished = Atomic(false)
    private let sawGarbage = Atomic(false)

    /// Everything was written.
    func finish(trailingGarbage: Bool = false) {
        sawGarbage.store(trailingGarbage, ordering: .relaxed)
        isFinished.store(true, ordering: .releasing)
    }

    /// Whether there was garbage after the data.
    var hasTrailingGarbage: Bool { sawGarbage.load(ordering: .relaxed) }

    /// Throws unless everything was written.
    func check() throws(Failure) {
        guard isFinished.load(ordering: .acquiring) else { throw Failure(nil, "ended before the output was complete") }
    }
}
