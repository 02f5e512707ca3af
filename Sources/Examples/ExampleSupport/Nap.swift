package import Pipelines
package import RingQueues

/// Lets time pass as if there were work, until the pipeline is stopped.
///
/// A sleep cannot be cut short. But a wait for an element that never comes ends when its queue is cancelled.
package struct Nap: ~Copyable {
    private var bell: Consumer<Bool, SPSC>
    private let rope: Producer<Bool, SPSC>

    package init(of pipeline: Pipeline) throws {
        var queue = try Queue.make(of: Bool.self, kind: SPSC.self, capacity: 1)
        bell = queue.takeConsumer()
        rope = queue.takeProducer()
        let control = queue.control
        pipeline.onStop { control.cancel() }
    }

    /// Waits for the given time.
    ///
    /// - Throws: `QueueClosed` if the pipeline is stopped. A stage that lets it through has not failed.
    package mutating func take(_ time: Duration) throws(QueueClosed) {
        if case .closed = bell.dequeue(until: .after(time)) { throw QueueClosed() }
    }
}
