// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names are those of queue.h, which documents them.

// queue.h over the ends that a Swift program uses. Each execution makes a queue, takes and clones its ends, and drops
// them.
//
// This file is compiled into the module RingQueues, with the explorer's ck_pr.h: the C halves that the compiler inlines
// call its hooks. No hook is called under a lock of the Swift runtime, so a fiber can wait in each of them.
import CRings
public import Explorer

/// Takes the place of the `Mutex` of Synchronization: locking is a point of the schedule and a full fence, as it is on
/// x86. Nothing waits for it, because no access under a lock is a point of the schedule.
struct Mutex<Value: ~Copyable>: ~Copyable {
    private let value: UnsafeMutablePointer<Value>
    private let isLocked: UnsafeMutablePointer<Bool>

    init(_ first: consuming sending Value) {
        value = .allocate(capacity: 1)
        value.initialize(to: first)
        isLocked = .allocate(capacity: 1)
        isLocked.initialize(to: false)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        isLocked.deallocate()
    }

    func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        ex_point("lock", nil)
        ex_drain_own()
        ex_require(!isLocked.pointee, "a thread comes to a point of the schedule while it holds a lock")
        isLocked.pointee = true
        defer { isLocked.pointee = false }
        return try body(&value.pointee)
    }
}

extension Mutex: @unchecked Sendable where Value: ~Copyable {}

/// An element that tells the scenario when it is destroyed.
private struct Parcel: ~Copyable {
    let number: UInt64

    deinit { queue_destroyed(number) }

    consuming func open() -> UInt64 {
        let number = number
        discard self
        return number
    }
}

/// A queue and its ends, whatever its kind.
private protocol Ends: AnyObject {
    var gate: UnsafeMutablePointer<rq_gate> { get }
    /// Without a deadline, it tries once.
    func enqueue(_ number: UInt64, by end: Int, deadline: Int64?) -> rq_status
    func dequeue(by end: Int, deadline: Int64?) -> (status: rq_status, number: UInt64)
    func leave(_ side: rq_side, _ end: Int)
    func close(stop: Bool)
    func takeLeft() -> (status: rq_status, number: UInt64)
}

private final class EndsOf<Kind: QueueKind>: Ends {
    // By address: Swift would count an access of a property to the thread, and a thread has several fibers.
    private let producers: UnsafeMutableBufferPointer<Producer<Parcel, Kind>?>
    private let consumers: UnsafeMutableBufferPointer<Consumer<Parcel, Kind>?>
    private let core: QueueCore<Parcel, Kind>

    init(_ shape: queue_shape) {
        do {
            var queue = try Queue.make(
                of: Parcel.self, kind: Kind.self, capacity: Int(shape.capacity), waiting: .park)
            core = queue.core
            producers = .allocate(capacity: Int(shape.producers))
            consumers = .allocate(capacity: Int(shape.consumers))
            let producer = queue.takeProducer()
            for i in producers.indices.dropFirst() { producers.initializeElement(at: i, to: producer.uncheckedClone()) }
            producers.initializeElement(at: 0, to: producer)
            let consumer = queue.takeConsumer()
            for i in consumers.indices.dropFirst() { consumers.initializeElement(at: i, to: consumer.uncheckedClone()) }
            consumers.initializeElement(at: 0, to: consumer)
        } catch {
            fatalError("\(error)")
        }
    }

    deinit {
        producers.deinitialize().deallocate()
        consumers.deinitialize().deallocate()
    }

    var gate: UnsafeMutablePointer<rq_gate> { core.storage.gate }

    func enqueue(_ number: UInt64, by end: Int, deadline: Int64?) -> rq_status {
        switch enqueue(Parcel(number: number), by: end, deadline: deadline) {
        case .enqueued: return RQ_DONE
        case .full(let parcel):
            _ = parcel.open()
            return RQ_AGAIN
        case .closed(let parcel):
            _ = parcel.open()
            return RQ_END
        }
    }

    private func enqueue(
        _ parcel: consuming sending Parcel, by end: Int, deadline: Int64?
    ) -> TryEnqueueResult<Parcel> {
        guard let deadline else { return producers[end]!.tryEnqueue(parcel) }
        guard deadline == .max else {
            return producers[end]!.enqueue(parcel, until: .after(.nanoseconds(deadline - rq_now())))
        }
        switch producers[end]!.enqueue(parcel) {
        case .enqueued: return .enqueued
        case .closed(let parcel): return .closed(parcel)
        }
    }

    func dequeue(by end: Int, deadline: Int64?) -> (status: rq_status, number: UInt64) {
        guard let deadline else { return open(consumers[end]!.tryDequeue()) }
        if deadline == .max {
            guard let parcel = consumers[end]!.dequeue() else { return (RQ_END, 0) }
            return (RQ_DONE, parcel.open())
        }
        return open(consumers[end]!.dequeue(until: .after(.nanoseconds(deadline - rq_now()))))
    }

    private func open(_ result: consuming TryDequeueResult<Parcel>) -> (status: rq_status, number: UInt64) {
        switch consume result {
        case .dequeued(let parcel): (RQ_DONE, parcel.open())
        case .empty: (RQ_AGAIN, 0)
        case .closed: (RQ_END, 0)
        }
    }

    func leave(_ side: rq_side, _ end: Int) {
        if side == RQ_PRODUCER {
            producers[end].take()?.finish()
        } else {
            _ = consumers[end].take()
        }
    }

    func close(stop: Bool) {
        if stop {
            QueueControl(leases: core).cancel()
        } else {
            core.close(.finished)  // as the last producer does
        }
    }

    func takeLeft() -> (status: rq_status, number: UInt64) {
        open(Kind._tryDequeue(core.storage, afterStop: true))
    }
}

/// The object that `queue.own` points to.
private final class Box {
    let ends: any Ends

    init(_ shape: queue_shape) {
        ends =
            switch shape.kind {
            case Explorer.SPSC: EndsOf<SPSC>(shape)
            case Explorer.MPSC: EndsOf<MPSC>(shape)
            case Explorer.SPMC: EndsOf<SPMC>(shape)
            case Explorer.MPMC: EndsOf<MPMC>(shape)
            default: fatalError("there are no Swift ends for the queue kind \(shape.kind.rawValue)")
            }
    }
}

extension queue {
    fileprivate var ends: any Ends { Unmanaged<Box>.fromOpaque(own).takeUnretainedValue().ends }
}

@c @implementation
public func queue_make(_ shape: queue_shape) -> queue {
    let box = Box(shape)
    return queue(shape: shape, gate: box.ends.gate, own: Unmanaged.passRetained(box).toOpaque())
}

@c @implementation
public func queue_free(_ q: queue) { Unmanaged<Box>.fromOpaque(q.own).release() }

@c @implementation
public func queue_reset(_ q: UnsafeMutablePointer<queue>) {
    queue_free(q.pointee)
    q.pointee = queue_make(q.pointee.shape)
}

private func enqueue(
    _ q: queue, _ end: Int32, _ element: UInt64, _ deadline: Int64?, _ ended: UnsafeMutablePointer<Bool>
) -> UInt32 {
    let status = q.ends.enqueue(element, by: Int(end), deadline: deadline)
    ended.pointee = status == RQ_END
    return status == RQ_DONE ? 1 : 0
}

private func answer(
    _ taken: (status: rq_status, number: UInt64), _ element: UnsafeMutablePointer<UInt64>,
    _ ended: UnsafeMutablePointer<Bool>
) -> Bool {
    ended.pointee = taken.status == RQ_END
    if taken.status == RQ_DONE { element.pointee = taken.number }
    return taken.status == RQ_DONE
}

@c @implementation
public func queue_try_enqueue(
    _ q: queue, _ end: Int32, _ elements: UnsafePointer<UInt64>, _ count: UInt32, _ ended: UnsafeMutablePointer<Bool>
) -> UInt32 {
    enqueue(q, end, elements.pointee, nil, ended)
}

@c @implementation
public func queue_try_dequeue(
    _ q: queue, _ end: Int32, _ elements: UnsafeMutablePointer<UInt64>, _ count: UInt32,
    _ ended: UnsafeMutablePointer<Bool>
) -> UInt32 {
    answer(q.ends.dequeue(by: Int(end), deadline: nil), elements, ended) ? 1 : 0
}

@c @implementation
public func queue_enqueue(
    _ q: queue, _ end: Int32, _ elements: UnsafePointer<UInt64>, _ count: UInt32, _ deadline: Int64,
    _ ended: UnsafeMutablePointer<Bool>
) -> UInt32 {
    enqueue(q, end, elements.pointee, deadline, ended)
}

@c @implementation
public func queue_dequeue(
    _ q: queue, _ end: Int32, _ elements: UnsafeMutablePointer<UInt64>, _ count: UInt32, _ deadline: Int64,
    _ ended: UnsafeMutablePointer<Bool>
) -> UInt32 {
    answer(q.ends.dequeue(by: Int(end), deadline: deadline), elements, ended) ? 1 : 0
}

@c @implementation
public func queue_leave(_ q: queue, _ side: rq_side, _ end: Int32, _ isLast: Bool) { q.ends.leave(side, Int(end)) }

@c @implementation
public func queue_cancel(_ q: queue, _ side: rq_side, _ end: Int32) {
    fatalError("the explored ends of Swift wait on threads")
}

@c @implementation
public func queue_close(_ q: queue, _ stop: Bool) { q.ends.close(stop: stop) }

@c @implementation
public func queue_take_left(
    _ q: queue, _ element: UnsafeMutablePointer<UInt64>, _ ended: UnsafeMutablePointer<Bool>
) -> Bool {
    answer(q.ends.takeLeft(), element, ended)
}

@c @implementation
public func queue_is_swift() -> Bool { true }
