/// An end of a queue, of either side and of any element and kind.
///
/// For code that only has to know which queue an end belongs to: a group of stages stops the queues of its ends when a
/// stage fails.
public protocol QueueEnd: ~Copyable {
    /// A handle on the queue for other threads.
    var control: QueueControl { get }
}

extension Producer: QueueEnd where Element: ~Copyable {}

extension Consumer: QueueEnd where Element: ~Copyable {}
