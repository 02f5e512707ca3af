package import Pipelines
package import RingQueues

/// Time that goes by as if there were work, until the pipeline is stopped.
///
/// No one can end a sleep. But a wait for an element that never comes ends when its queue is cancelled.
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

    /// Waits for so long.
    ///
    /// - Throws: `QueueClosed` if the pipeline is stopped, which is no failure of the stage that lets it through.
    package mutating func take(_ time: Duration) throws(QueueClosed) {
        if case .closed = bell.dequeue(until: .after(time)) { throw QueueClosed() }
    }
}
