import Synchronization

/// Carries a value that cannot be copied, such as an end of a queue, into a closure: for a task, a task group or an actor.
///
///     let handover = Handover(queue.takeConsumer())
///     let task = Task {
///         var consumer = handover.take()
///         while case .dequeued(let number) = await consumer.dequeue() { print(number) }
///     }
///
/// A closure cannot give away a value of its own that it captured, because it may be called several times. If the value is
/// never taken, it is destroyed with the handover: for an end, that is the same as dropping it.
public final class Handover<Value: ~Copyable>: Sendable {
    private let value: Mutex<Value?>

    /// Makes a handover of a value.
    ///
    /// - Parameter value: the value to carry. The caller gives it up.
    public init(_ value: consuming sending Value) {
        self.value = Mutex(value)
    }

    /// Takes the value. Any thread or task may call this, once. O(1), under a lock.
    ///
    /// - Returns: the value.
    /// - Precondition: it was not taken before.
    public func take() -> sending Value {
        guard let value = value.withLock({ $0.take() }) else {
            fatalError("the value of a handover can be taken once")
        }
        return value
    }
}
