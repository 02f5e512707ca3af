import RingQueues
public import Synchronization

/// An event that happens once, and that any number of threads can wait for. It is a queue that closes when the event
/// happens, so threads wait as on any queue.
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
        } catch { fatalError("could not allocate the latch of a pipeline: \(error)") }
    }

    @inlinable
    var isOpen: Bool { flag.load(ordering: .relaxed) }

    func open() {
        flag.store(true, ordering: .relaxed)
        control.cancel()
    }

    /// Waits until the event has happened or the deadline has passed; returns whether it has happened.
    @discardableResult
    func wait(until deadline: Deadline = .never) -> Bool {
        var mine = consumer.withLock { $0.clone() }
        return mine.dequeue(until: deadline) == .closed
    }
}
