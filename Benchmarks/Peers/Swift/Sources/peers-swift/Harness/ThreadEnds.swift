import BasicContainers
import RingQueues

// The names and results are those of the package's own ends.

/// The end that a thread puts elements in by: its calls that do not wait.
protocol TryingProducer: ~Copyable, SendableMetatype {
    associatedtype Element: Payload

    mutating func tryEnqueue(_ element: consuming sending Element) -> sending TryEnqueueResult<Element>
    /// Enqueues as many as there is room for, and removes them.
    mutating func tryEnqueueBurst(_ elements: inout RigidArray<Element>) -> TryEnqueueManyResult
}

/// And those that do.
protocol WaitingProducer: TryingProducer, ~Copyable {
    mutating func enqueue(_ element: consuming sending Element) -> sending EnqueueResult<Element>
    /// Enqueues all and removes them, in as many calls as that takes.
    mutating func enqueueAll(_ elements: inout RigidArray<Element>)
}

/// The end that a thread takes elements out by: its calls that do not wait.
protocol TryingConsumer: ~Copyable, SendableMetatype {
    associatedtype Element: Payload

    mutating func tryDequeue() -> sending TryDequeueResult<Element>
    mutating func tryDequeueBurst(into elements: inout OutputSpan<Element>) -> TryDequeueManyResult
}

/// And those that do.
protocol WaitingConsumer: TryingConsumer, ~Copyable {
    /// `nil`: the end of the stream.
    mutating func dequeue() -> sending Element?
    /// Takes at least one; `nil`: the end of the stream.
    mutating func dequeueBurst(into elements: inout OutputSpan<Element>) -> Int?
}
