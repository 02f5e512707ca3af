import CRings
import RingQueues
import TestSupport
import Testing

/// A producer has reserved a slot before the queue is closed, and its element comes when no consumer is left: the last
/// owner destroys it.
@Suite(.watched) struct LeftoverTests {
    /// The last consumer has destroyed the remaining elements, and the last producer goes.
    @Test func elementAfterTheLastConsumerIsDestroyed() throws {
        let (hooks, tally) = (Hooks(), Tally())
        var queue = try hooks.makeQueue(of: Witness.self, kind: MPMC.self, capacity: 2)
        let producer = queue.takeProducer()
        let late = LateElement(hooks.storage!)
        _ = queue.takeConsumer()
        late.publish(Witness(0, tally))
        #expect(tally.alive == 1)
        producer.finish()
        #expect(tally.alive == 0 && queue.control.count == 0)
    }

    /// The last consumer destroys the remaining elements and has found no more when the element comes, and its producer
    /// goes.
    @Test func elementDuringTheLastSweepIsDestroyed() throws {
        let (hooks, tally) = (Hooks(), Tally())
        var queue = try hooks.makeQueue(of: Witness.self, kind: MPMC.self, capacity: 2)
        let producer = Exchange<Producer<Witness, Hooked<MPMC>>>()
        producer.leave(queue.takeProducer())
        let consumer = queue.takeConsumer()
        let late = LateElement(hooks.storage!)
        hooks.once(.tryDequeue) {
            late.publish(Witness(0, tally))
            _ = producer.take()
        }
        _ = consume consumer
        #expect(tally.created == 1 && tally.alive == 0)
        #expect(queue.control.count == 0)
    }

    /// No end looks for it any more, until the queue is destroyed, with its memory.
    @Test func remainingElementGoesWithTheQueue() throws {
        let (hooks, tally, freed) = (Hooks(), Tally(), Counter())
        hooks.once(.free) { freed.add() }
        do {
            var queue = try hooks.makeQueue(of: Witness.self, kind: MPMC.self, capacity: 2)
            let late = LateElement(hooks.storage!)
            queue.takeProducer().finish()
            hooks.once(.tryDequeue) { late.publish(Witness(0, tally)) }
            _ = queue.takeConsumer()
            #expect(tally.alive == 1 && freed.value == 0)
        }
        #expect(tally.alive == 0 && freed.value == 1)
    }
}

/// A slot of a stamped ring between its reservation and its publication.
@safe
private final class LateElement: @unchecked Sendable {
    // SAFETY: constants; the publisher ends the step once, while the queue lives.
    private let ring: UnsafeMutablePointer<rq_stamped>
    private let layout = rq_layout_of(MemoryLayout<Witness>.stride, MemoryLayout<Witness>.alignment)
    private let run: rq_run

    init(_ storage: _QueueStorage) {
        unsafe ring = storage.pointer.assumingMemoryBound(to: rq_stamped.self)
        unsafe run = rq_stamped_enqueue_begin(ring, layout, false, 0)
    }

    func publish(_ element: Witness) {
        unsafe rq_place_element(run.place, layout).assumingMemoryBound(to: Witness.self).initialize(to: element)
        unsafe _ = rq_stamped_enqueue_end(ring, run, layout, false)
    }
}
