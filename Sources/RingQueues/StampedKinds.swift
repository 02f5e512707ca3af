// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind and RingKind.

public import CRings

/// Several producers, one consumer. See ``StampedKind`` for what is promised.
@frozen
public enum MPSC: StampedKind, ManyProducers {
    @inlinable public static var hasSoleProducer: Bool { false }
    @inlinable public static var hasSoleConsumer: Bool { true }

    @inlinable
    public static func attemptEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> EnqueueResult<E> {
        storage.enqueueShared(element, pauses: pauses)
    }

    @inlinable
    public static func attemptDequeue<E: ~Copyable>(_ storage: QueueStorage, pauses: UInt32) -> DequeueResult<E> {
        storage.dequeueStamped(sole: true, pauses: pauses)
    }

    @inlinable
    public static func attemptDequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        storage.dequeueManyStamped(count: count, least: least, sole: true, pauses: pauses, receive: receive)
    }
}

/// One producer, several consumers. See ``StampedKind`` for what is promised.
@frozen
public enum SPMC: StampedKind, ManyConsumers {
    @inlinable public static var hasSoleProducer: Bool { true }
    @inlinable public static var hasSoleConsumer: Bool { false }

    @inlinable
    public static func attemptEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> EnqueueResult<E> {
        storage.enqueueSole(element)
    }

    @inlinable
    public static func attemptDequeue<E: ~Copyable>(_ storage: QueueStorage, pauses: UInt32) -> DequeueResult<E> {
        storage.dequeueStamped(sole: false, pauses: pauses)
    }

    @inlinable
    public static func attemptDequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        storage.dequeueManyStamped(count: count, least: least, sole: false, pauses: pauses, receive: receive)
    }
}

/// Several producers, several consumers. See ``StampedKind`` for what is promised.
@frozen
public enum MPMC: StampedKind, ManyProducers, ManyConsumers {
    @inlinable public static var hasSoleProducer: Bool { false }
    @inlinable public static var hasSoleConsumer: Bool { false }

    @inlinable
    public static func attemptEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> EnqueueResult<E> {
        storage.enqueueShared(element, pauses: pauses)
    }

    @inlinable
    public static func attemptDequeue<E: ~Copyable>(_ storage: QueueStorage, pauses: UInt32) -> DequeueResult<E> {
        storage.dequeueStamped(sole: false, pauses: pauses)
    }

    @inlinable
    public static func attemptDequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        storage.dequeueManyStamped(count: count, least: least, sole: false, pauses: pauses, receive: receive)
    }
}

extension StampedKind {
    @inlinable
    public static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        storage.enqueueManyStamped(count: count, least: least, pauses: pauses, element: element)
    }
}

extension SPMC: SingleProducer {
    @inlinable
    public static func tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult {
        let layout = storage.layout(of: E.self)
        let run = unsafe rq_stamped_look(storage.stamped, rq_load64(&storage.stamped.pointee.tail), 1, layout)
        guard unsafe run.count > 0 else { return unsafe rq_gate_is_sealed(storage.gate) ? .closed : .full }
        let slot = unsafe storage.element(run.place, of: E.self)
        // Only looked at so far: if the body throws, there is nothing to undo.
        unsafe try slot.construct(body)
        guard unsafe rq_stamped_commit(storage.stamped, run) else {
            unsafe refused(&slot.pointee)
            unsafe slot.deinitialize(count: 1)
            return .closed
        }
        unsafe rq_stamped_publish(run)
        unsafe rq_signal_consumers(storage.gate)
        return .enqueued
    }
}

extension MPSC: SingleConsumer {
    @inlinable
    public static func tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        let layout = storage.layout(of: E.self)
        if unsafe rq_gate_is_stopped(storage.gate) { return .closed }
        let run = unsafe storage.claim(wanted: 1, least: 1, layout: layout, sole: true, pauses: 0)
        guard unsafe run.count > 0 else {
            return unsafe rq_stamped_ended(storage.stamped, run.position) ? .closed : .empty
        }
        let slot = unsafe storage.element(run.place, of: E.self)
        defer {
            unsafe slot.deinitialize(count: 1)
            unsafe rq_stamped_release(run)
            unsafe rq_signal_producers(storage.gate)
        }
        return .dequeued(try unsafe body(&slot.pointee))
    }
}
