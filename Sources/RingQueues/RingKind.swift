// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented where they are made, in QueueKind and RingKind.

public import CRings

/// What the rings share: the gate with their measures, closing and event counts, and from it all waiting.
public protocol RingKind: QueueKind {
    /// One try, with `pauses` after a lost race for a slot.
    static func attemptEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> EnqueueResult<E>
    /// One try, with `pauses` after a lost race for an element; does not look whether consumers were stopped.
    static func attemptDequeue<E: ~Copyable>(_ storage: QueueStorage, pauses: UInt32) -> DequeueResult<E>
    /// One try to move up to `count` and at least `least` elements.
    static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult
    /// One try to take up to `count` and at least `least` elements.
    static func attemptDequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> BatchDequeueResult

    /// For elements that inlined code does not handle: waits for room until the deadline, or tries once without one.
    static func enqueueLarge<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline?
    ) -> EnqueueResult<E>
    /// For elements that inlined code does not handle: waits for one until the deadline, or tries once without one.
    static func dequeueLarge<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline?, afterStop: Bool
    ) -> DequeueResult<E>
}

/// Pauses of the processor (some 16 ns each) after a lost race for a slot, or before a look at the other side's index in
/// a stream. A call that waits can afford to leave the line to the other thread for a while, which lifted two producers
/// and two consumers from 74 to 131 million a second.
@usableFromInline
package enum Pauses {
    @inlinable static var trying: UInt32 { 2 }
    @inlinable package static var waiting: UInt32 { 20 }
}

extension QueueStorage {
    // SAFETY: every ring starts with its gate (Sources/CRings), and only ring kinds ask for it.
    @inlinable
    var gate: UnsafeMutablePointer<rq_gate> { unsafe pointer.assumingMemoryBound(to: rq_gate.self) }
}

extension RingKind {
    @inlinable
    public static func tryEnqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E
    ) -> EnqueueResult<E> {
        if Large.holds(E.self) { return enqueueLarge(storage, element, deadline: nil) }
        return attemptEnqueue(storage, element, pauses: Pauses.trying)
    }

    @inlinable
    public static func enqueue<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E> {
        if Large.holds(E.self) { return enqueueLarge(storage, element, deadline: deadline) }
        return enqueueSmall(storage, element, deadline: deadline)
    }

    @inlinable
    @inline(__always)
    static func enqueueSmall<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E> {
        switch attemptEnqueue(storage, element, pauses: Pauses.waiting) {
        case .enqueued: return .enqueued
        case .closed(let back): return .closed(back)
        case .full(let back): return enqueueWaiting(storage, back, deadline: deadline)
        }
    }

    @inlinable
    @inline(never)
    static func enqueueWaiting<E: ~Copyable>(
        _ storage: QueueStorage, _ element: consuming E, deadline: Deadline
    ) -> EnqueueResult<E> {
        var waiter = unsafe rq_wait_begin(storage.gate, RQ_PRODUCER, deadline.nanoseconds)
        var waiting = element
        while unsafe rq_wait_step(&waiter) {
            switch attemptEnqueue(storage, waiting, pauses: Pauses.waiting) {
            case .enqueued:
                unsafe rq_wait_end(&waiter)
                return .enqueued
            case .closed(let back):
                unsafe rq_wait_end(&waiter)
                return .closed(back)
            case .full(let back):
                waiting = back
            }
        }
        return .full(waiting)
    }

    @inlinable
    @inline(__always)
    public static func enqueueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        if Large.holds(E.self) {
            return enqueueManyLarge(
                storage, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
        }
        return enqueueManySmall(
            storage, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    // One attempt, in a loop, and all of it in the caller: a second one for those who waited made this too large to be
    // inlined, and each element cost a call of a closure.
    @inlinable
    @inline(__always)
    static func enqueueManySmall<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> BatchEnqueueResult {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter: rq_waiter?
        while true {
            let result = attemptEnqueueMany(
                storage, count: count, least: whole ? count : 1, pauses: pauses, element: element, giveBack: giveBack)
            if case .full = result, let deadline, unsafe step(&waiter, storage, RQ_PRODUCER, deadline) { continue }
            if case .some = unsafe waiter { unsafe end(&waiter) }
            return result
        }
    }

    @inlinable
    public static func tryDequeue<E: ~Copyable>(_ storage: QueueStorage, afterStop: Bool) -> DequeueResult<E> {
        if Large.holds(E.self) { return dequeueLarge(storage, deadline: nil, afterStop: afterStop) }
        return tryDequeueSmall(storage, afterStop: afterStop)
    }

    @inlinable
    @inline(__always)
    static func tryDequeueSmall<E: ~Copyable>(_ storage: QueueStorage, afterStop: Bool) -> DequeueResult<E> {
        if unsafe !afterStop && rq_gate_is_stopped(storage.gate) { return .closed }
        return attemptDequeue(storage, pauses: Pauses.trying)
    }

    @inlinable
    public static func dequeue<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E> {
        if Large.holds(E.self) { return dequeueLarge(storage, deadline: deadline, afterStop: afterStop) }
        return dequeueSmall(storage, deadline: deadline, afterStop: afterStop)
    }

    @inlinable
    @inline(__always)
    static func dequeueSmall<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E> {
        if unsafe !afterStop && rq_gate_is_stopped(storage.gate) { return .closed }
        switch attemptDequeue(storage, pauses: Pauses.waiting) as DequeueResult<E> {
        case .dequeued(let element): return .dequeued(element)
        case .closed: return .closed
        case .empty: return dequeueWaiting(storage, deadline: deadline, afterStop: afterStop)
        }
    }

    @inlinable
    @inline(never)
    static func dequeueWaiting<E: ~Copyable>(
        _ storage: QueueStorage, deadline: Deadline, afterStop: Bool
    ) -> DequeueResult<E> {
        var waiter = unsafe rq_wait_begin(storage.gate, RQ_CONSUMER, deadline.nanoseconds)
        while unsafe rq_wait_step(&waiter) {
            if unsafe !afterStop && rq_gate_is_stopped(storage.gate) {
                unsafe rq_wait_end(&waiter)
                return .closed
            }
            switch attemptDequeue(storage, pauses: Pauses.waiting) as DequeueResult<E> {
            case .dequeued(let element):
                unsafe rq_wait_end(&waiter)
                return .dequeued(element)
            case .closed:
                unsafe rq_wait_end(&waiter)
                return .closed
            case .empty: break
            }
        }
        return .empty
    }

    @inlinable
    @inline(__always)
    public static func dequeueMany<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        if Large.holds(E.self) {
            return dequeueManyLarge(storage, count: count, whole: whole, deadline: deadline, receive: receive)
        }
        return dequeueManySmall(storage, count: count, whole: whole, deadline: deadline, receive: receive)
    }

    @inlinable
    @inline(__always)
    static func dequeueManySmall<E: ~Copyable>(
        _ storage: QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> BatchDequeueResult {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter: rq_waiter?
        while true {
            let result =
                unsafe rq_gate_is_stopped(storage.gate)
                ? .closed
                : attemptDequeueMany(
                    storage, count: count, least: whole ? count : 1, pauses: pauses, receive: receive)
            if case .empty = result, let deadline, unsafe step(&waiter, storage, RQ_CONSUMER, deadline) { continue }
            if case .some = unsafe waiter { unsafe end(&waiter) }
            return result
        }
    }

    public static func freeStorage<E: ~Copyable>(_ storage: QueueStorage, of: E.Type) {
        unsafe rq_gate_free(storage.gate)
    }

    public static func close(_ storage: QueueStorage, stop: Bool) {
        unsafe rq_gate_close(storage.gate, stop)
    }

    public static func isClosed(_ storage: QueueStorage) -> Bool {
        unsafe rq_gate_is_sealed(storage.gate)
    }
}

extension RingKind where Self: SingleProducer {
    @inlinable
    public static func enqueue<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult {
        if Large.holds(E.self) {
            return try constructLarge(storage, deadline: deadline, constructing: body, refused: refused)
        }
        return try constructSmall(storage, deadline: deadline, constructing: body, refused: refused)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func constructLarge<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult {
        try constructSmall(storage, deadline: deadline, constructing: body, refused: refused)
    }

    @inlinable
    @inline(__always)
    static func constructSmall<E: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, constructing body: () throws(Failure) -> E,
        refused: (inout E) -> Void
    ) throws(Failure) -> ConstructResult {
        var waiter: rq_waiter?
        // Whoever waited holds nothing any more while the body runs: it may take its time.
        func construct() throws(Failure) -> E {
            if case .some = unsafe waiter { unsafe end(&waiter) }
            return try body()
        }
        defer { unsafe end(&waiter) }
        while true {
            switch try tryEnqueue(storage, constructing: construct, refused: refused) {
            case .enqueued: return .enqueued
            case .closed: return .closed
            case .full:
                if unsafe !step(&waiter, storage, RQ_PRODUCER, deadline) { return .full }
            }
        }
    }
}

extension RingKind where Self: SingleConsumer {
    @inlinable
    public static func dequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: QueueStorage, deadline: Deadline, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> DequeueResult<R> {
        var waiter: rq_waiter?
        func consume(_ element: inout E) throws(Failure) -> R {
            if case .some = unsafe waiter { unsafe end(&waiter) }
            return try body(&element)
        }
        defer { unsafe end(&waiter) }
        while true {
            switch try tryDequeue(storage, consuming: consume) as DequeueResult<R> {
            case .dequeued(let value): return .dequeued(value)
            case .closed: return .closed
            case .empty:
                if unsafe !step(&waiter, storage, RQ_CONSUMER, deadline) { return .empty }
            }
        }
    }
}

/// Waiting around an attempt that stands in one place only; whoever leaves the loop takes the announcement back.
extension RingKind {
    @usableFromInline
    static func step(
        _ waiter: inout rq_waiter?, _ storage: QueueStorage, _ side: rq_side, _ deadline: Deadline
    ) -> Bool {
        var current = unsafe waiter ?? rq_wait_begin(storage.gate, side, deadline.nanoseconds)
        let again = unsafe rq_wait_step(&current)
        unsafe waiter = again ? current : nil
        return again
    }

    @usableFromInline
    static func end(_ waiter: inout rq_waiter?) {
        guard var current = unsafe waiter.take() else { return }
        unsafe rq_wait_end(&current)
    }
}
