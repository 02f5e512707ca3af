// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// RingKind declares and documents the requirements.

import Builtin
import CRings

/// Elements that are too large for inlined code to handle as values.
///
/// For such an element the compiler emits code for every word wherever a result is inspected, and keeps a copy on the
/// stack for every variable. Code that is compiled once for all types, and never specialized, handles elements by their
/// address, with the same few instructions and copies of the bytes. So every operation first checks the stride, which is a
/// constant where the type is known.
@usableFromInline
package enum Large {
    /// The largest stride that inlined code handles. See the article Performance for the measurement.
    @inlinable package static var limit: Int { 16_384 }

    @inlinable
    @inline(__always)
    package static func holds<E: ~Copyable>(_: E.Type) -> Bool { MemoryLayout<E>.stride > limit }

    // SAFETY: the caller owns the memory, in which nothing is initialized yet. The builtin lets `body` return into it;
    // `initialize(to:)` would put the result on the stack first.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func construct<E: ~Copyable, Failure: Error>(
        _ slot: UnsafeMutablePointer<E>, _ body: () throws(Failure) -> E
    ) throws(Failure) {
        Builtin.initialize(try body(), slot._rawValue)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func element<E: ~Copyable>(_ result: consuming TryDequeueResult<E>) -> E? { result.smallElement() }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func enqueue<E: ~Copyable, Kind: QueueKind>(
        _ storage: _QueueStorage, _ element: consuming E, _: Kind.Type
    ) -> EnqueueResult<E> {
        EnqueueResult(untimed: Kind._enqueue(storage, element, deadline: .never))
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func dequeue<E: ~Copyable, Kind: QueueKind>(_ storage: _QueueStorage, _: Kind.Type) -> E? {
        switch Kind._dequeue(storage, deadline: .never, afterStop: false) as TryDequeueResult<E> {
        case .dequeued(let element): return element
        case .empty: return nil
        case .closed: return nil
        }
    }
}

extension UnsafeMutablePointer where Pointee: ~Copyable {
    /// Initializes this memory with what `body` returns, in place.
    @inlinable
    @inline(__always)
    func construct<Failure: Error>(_ body: () throws(Failure) -> Pointee) throws(Failure) {
        if Large.holds(Pointee.self) {
            unsafe try Large.construct(self, body)
        } else {
            Builtin.initialize(try body(), _rawValue)
        }
    }
}

extension SlotKind {
    // Takes the element from the caller's memory only when a slot is available for it.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    package static func enqueueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline?
    ) -> TryEnqueueResult<E> {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter = unsafe rq_wait_none()
        defer { unsafe end(&waiter) }
        while true {
            if let slot = beginEnqueue(storage, of: E.self, pauses: pauses) {
                unsafe slot.element().initialize(to: element)
                guard endEnqueue(storage, slot, of: E.self) else { return unsafe .closed(slot.element().move()) }
                return .enqueued
            }
            if _isClosed(storage) { return .closed(element) }
            guard let deadline, unsafe step(&waiter, storage, RQ_PRODUCER, deadline) else { return .full(element) }
        }
    }

    // Moves the element from its slot to the caller's memory, and releases the slot after the result is written.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    package static func dequeueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline?, afterStop: Bool
    ) -> TryDequeueResult<E> {
        let pauses = deadline == nil ? Pauses.trying : Pauses.waiting
        var waiter = unsafe rq_wait_none()
        defer { unsafe end(&waiter) }
        while true {
            if unsafe !afterStop && rq_gate_is_stopped(storage.gate) { return .closed }
            if let slot = beginDequeue(storage, of: E.self, pauses: pauses) {
                defer { endDequeue(storage, slot, of: E.self) }
                return unsafe .dequeued(slot.element().move())
            }
            if isDrained(storage) { return .closed }
            guard let deadline, unsafe step(&waiter, storage, RQ_CONSUMER, deadline) else { return .empty }
        }
    }
}

/// The same code as for small elements, compiled here once for all types. Kinds that are not slot kinds move an element
/// through a few variables.
extension RingKind {
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    package static func enqueueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, deadline: Deadline?
    ) -> TryEnqueueResult<E> {
        guard let deadline else { return attemptEnqueue(storage, element, pauses: Pauses.trying) }
        return enqueueSmall(storage, element, deadline: deadline)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    package static func dequeueLarge<E: ~Copyable>(
        _ storage: _QueueStorage, deadline: Deadline?, afterStop: Bool
    ) -> TryDequeueResult<E> {
        guard let deadline else { return tryDequeueSmall(storage, afterStop: afterStop) }
        return dequeueSmall(storage, deadline: deadline, afterStop: afterStop)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func enqueueManyLarge<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        enqueueManySmall(
            storage, count: count, whole: whole, deadline: deadline, element: element, giveBack: giveBack)
    }

    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    static func dequeueManyLarge<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, whole: Bool, deadline: Deadline?, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        dequeueManySmall(storage, count: count, whole: whole, deadline: deadline, receive: receive)
    }
}
