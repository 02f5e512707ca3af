import RingQueues
public import Synchronization

/// Something that happens once, for any number of threads to wait for: a queue that is closed when it happens, so that
/// waiting here is waiting there.
@usableFromInline
final class Latch: Sendable {
    private let consumer: Guarded<Consumer<Bool, MPMC>>
    private let producer: Guarded<Producer<Bool, MPMC>>
    private let control: QueueControl
    @usableFromInline let flag = Atomic(false)

    init() {
        do {
            var queue = try Queue.make(of: Bool.self, kind: MPMC.self, capacity: 1, waiting: .park)
            control = queue.control
            consumer = Guarded(queue.takeConsumer())
            producer = Guarded(queue.takeProducer())
        } catch { fatalError("no memory for a pipeline: \(error)") }
    }

    @inlinable
    var isOpen: Bool { flag.load(ordering: .relaxed) }

    func open() {
        flag.store(true, ordering: .relaxed)
        control.cancel()
    }

    /// Waits until it has happened or the deadline has passed; returns whether it has happened.
    @discardableResult
    func wait(until deadline: Deadline = .never) -> Bool {
        var mine = consumer.withLock { $0.clone() }
        return mine.dequeue(until: deadline) == .closed
    }
}
