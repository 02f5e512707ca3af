/// An end of a queue, of either side, any element and any kind.
///
/// It is for code that only has to know which queue an end belongs to. For example, a group of stages stops the queues of
/// its ends when a stage fails.
public protocol QueueEnd: ~Copyable {
    /// A handle on the queue for other threads.
    var control: QueueControl { get }
}

extension Producer: QueueEnd where Element: ~Copyable {}

extension Consumer: QueueEnd where Element: ~Copyable {}
