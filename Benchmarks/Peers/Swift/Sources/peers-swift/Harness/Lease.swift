import Synchronization

/// Ends the stream when the last producer goes, for queues that do not count their producers themselves.
final class Lease: Sendable {
    private let holders: Atomic<Int>
    private let close: @Sendable () -> Void

    init(_ holders: Int, close: @escaping @Sendable () -> Void) {
        self.holders = Atomic(holders)
        self.close = close
    }

    func drop() {
        if holders.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { close() }
    }
}
