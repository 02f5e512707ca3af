import RingQueues
public import Synchronization

/// An event that happens once, and that any number of threads can wait for. It needs no memory but its own.
@usableFromInline
final class Latch: Sendable {
    private let monitor = Monitor()
    @usableFromInline let flag = Atomic(false)

    /// Whether it is open. A hint: only ``wait(until:)`` orders what the opening thread did before.
    @inlinable
    var isOpen: Bool { flag.load(ordering: .relaxed) }

    /// Opens it, and wakes every thread that waits. Opening it again changes nothing.
    func open() {
        monitor.lock()
        flag.store(true, ordering: .relaxed)
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Waits until it is open or the deadline has passed; returns whether it is open.
    ///
    /// If it is, what the opening thread did before is visible here: both hold the monitor.
    @discardableResult
    func wait(until deadline: Deadline = .never) -> Bool {
        let end = deadline.nanoseconds
        monitor.lock()
        defer { monitor.unlock() }
        while !isOpen {
            if end == .max {
                monitor.wait()
            } else {
                let left = end - Worker.now
                if left <= 0 { return false }
                _ = monitor.wait(.nanoseconds(left))
            }
        }
        return true
    }
}
