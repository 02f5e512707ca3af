// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// QueueKind and RingKind declare and document the requirements.

public import CRings

/// The kinds over ConcurrencyKit's own ring calls. ``ConcurrencyKitMPMC`` says what they promise.
@usableFromInline
package protocol ConcurrencyKitKind: RingKind {
    /// Whether to use the calls for several producers.
    static var severalProducers: Bool { get }
    /// Whether to use the calls for several consumers.
    static var severalConsumers: Bool { get }
}

/// ConcurrencyKit's ring for one producer and one consumer: `ck_ring_enqueue_spsc`, `ck_ring_dequeue_spsc`.
///
/// ``ConcurrencyKitMPMC`` says what it promises.
public enum ConcurrencyKitSPSC: ConcurrencyKitKind {
    @inlinable package static var severalProducers: Bool { false }
    @inlinable package static var severalConsumers: Bool { false }
}

/// ConcurrencyKit's ring for many producers and one consumer: `ck_ring_enqueue_mpsc`, `ck_ring_dequeue_mpsc`.
///
/// ``ConcurrencyKitMPMC`` says what it promises.
public enum ConcurrencyKitMPSC: ConcurrencyKitKind, ManyProducers {
    @inlinable package static var severalProducers: Bool { true }
    @inlinable package static var severalConsumers: Bool { false }
}

/// ConcurrencyKit's ring for one producer and many consumers: `ck_ring_enqueue_spmc`, `ck_ring_dequeue_spmc`.
///
/// ``ConcurrencyKitMPMC`` says what it promises.
public enum ConcurrencyKitSPMC: ConcurrencyKitKind, ManyConsumers {
    @inlinable package static var severalProducers: Bool { false }
    @inlinable package static var severalConsumers: Bool { true }
}

/// ConcurrencyKit's ring for many producers and consumers: `ck_ring_enqueue_mpmc`, `ck_ring_dequeue_mpmc`.
///
/// The four ConcurrencyKit kinds use its own ring calls, untouched, with the same ends as the faster kinds. They are the
/// baseline for those.
///
/// - The ring publishes in order, so a producer that is preempted between reserve and publish blocks all other producers.
///   ``MPSC`` and ``MPMC`` avoid that.
/// - A consumer copies an element before it owns it. Elements that cannot be moved as bits are therefore boxed, with one
///   allocation each.
/// - Any capacity other than 2ⁿ − 1 costs one more shared counter.
/// - ConcurrencyKit counts bytes in 32 bits, so a queue whose slots need more than 4 GiB together is refused.
/// - Its indices have 32 bits. If a thread is stopped within a call while others move 2³¹ elements, and the queue then
///   closes, the thread may misjudge whether its element came before the end.
public enum ConcurrencyKitMPMC: ConcurrencyKitKind, ManyProducers, ManyConsumers {
    @inlinable package static var severalProducers: Bool { true }
    @inlinable package static var severalConsumers: Bool { true }
}

/// Holds an element whose bits may not be copied, while the box's address travels through the ring.
@usableFromInline
final class ElementBox<E: ~Copyable> {
    @usableFromInline var element: E?

    @inlinable
    init(_ element: consuming E) { self.element = consume element }

    /// Whether an object can hold such an element: Swift counts the bytes of an object in 32 bits.
    static var isPossible: Bool {
        let header = max(16, MemoryLayout<E>.alignment)
        return MemoryLayout<E?>.size >= 0 && MemoryLayout<E?>.size <= Int(UInt32.max) - header
    }
}

/// Whether values of a type may be moved by copying their bits. The standard library says so only for copyable types; for
/// other types the information is in the metadata.
@inline(never)
func isBitwiseTakable<E: ~Copyable>(_ type: E.Type) -> Bool {
    func ask<T>(_ type: T.Type) -> Bool { _isBitwiseTakable(type) }
    // SAFETY: a metatype in a generic function is a pointer to metadata, whether or not values can be copied. This code
    // neither makes nor copies a value.
    return unsafe ask(unsafeBitCast(type, to: Any.Type.self))
}

/// An entry of the ring: the element's bits. With several consumers, the index that ck_ring gave it comes first.
@usableFromInline
enum CKEntry {
    @inlinable
    @inline(__always)
    static func offset<Bits: ~Copyable>(of: Bits.Type, indexed: Bool) -> Int {
        indexed ? max(MemoryLayout<UInt32>.size, MemoryLayout<Bits>.alignment) : 0
    }

    @inlinable
    @inline(__always)
    static func stride<Bits: ~Copyable>(of: Bits.Type, indexed: Bool) -> Int {
        guard indexed else { return MemoryLayout<Bits>.stride }
        let alignment = alignment(of: Bits.self)
        let (bytes, overflow) = (offset(of: Bits.self, indexed: true) + alignment - 1)
            .addingReportingOverflow(MemoryLayout<Bits>.size)
        return overflow ? .max : bytes / alignment * alignment
    }

    @inlinable
    @inline(__always)
    static func alignment<Bits: ~Copyable>(of: Bits.Type) -> Int {
        max(MemoryLayout<UInt32>.alignment, MemoryLayout<Bits>.alignment)
    }
}

extension _QueueStorage {
    // SAFETY: only ConcurrencyKit's kinds read this, and their makeStorage put an rq_ck there.
    @inlinable
    var ck: UnsafeMutablePointer<rq_ck> { unsafe pointer.assumingMemoryBound(to: rq_ck.self) }

    // SAFETY: the entry is this call's own memory. The ring copies its bits; they belong to the queue once it has
    // accepted them and to the caller otherwise, and are initialized or moved out accordingly.
    @inlinable
    @inline(__always)
    func enqueueBits<Bits: ~Copyable>(
        _ bits: consuming Bits, several: Bool, severalConsumers: Bool
    ) -> TryEnqueueResult<Bits> {
        let stride = CKEntry.stride(of: Bits.self, indexed: severalConsumers)
        let offset = CKEntry.offset(of: Bits.self, indexed: severalConsumers)
        var moving = Optional(consume bits)
        return unsafe withUnsafeTemporaryAllocation(
            byteCount: stride, alignment: CKEntry.alignment(of: Bits.self)
        ) { entry in
            let start = entry.baseAddress!
            let place = unsafe (start + offset).assumingMemoryBound(to: Bits.self)
            unsafe place.initialize(to: moving.take()!)
            switch unsafe rq_ck_enqueue(ck, start, stride, several, severalConsumers) {
            case RQ_DONE: return .enqueued
            case RQ_END: return unsafe .closed(place.move())
            default: return unsafe .full(place.move())
            }
        }
    }

    @inlinable
    @inline(__always)
    func dequeueBits<Bits: ~Copyable>(several: Bool) -> TryDequeueResult<Bits> {
        let stride = CKEntry.stride(of: Bits.self, indexed: several)
        let offset = CKEntry.offset(of: Bits.self, indexed: several)
        return unsafe withUnsafeTemporaryAllocation(
            byteCount: stride, alignment: CKEntry.alignment(of: Bits.self)
        ) { entry in
            let start = entry.baseAddress!
            switch unsafe rq_ck_dequeue(ck, start, stride, several) {
            case RQ_DONE: return unsafe .dequeued((start + offset).assumingMemoryBound(to: Bits.self).move())
            case RQ_END: return .closed
            default: return .empty
            }
        }
    }
}

extension ConcurrencyKitKind {
    public static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        let boxed = !isBitwiseTakable(E.self)
        let indexed = severalConsumers
        let stride =
            boxed
            ? CKEntry.stride(of: ElementBox<E>.self, indexed: indexed) : CKEntry.stride(of: E.self, indexed: indexed)
        let alignment = boxed ? CKEntry.alignment(of: ElementBox<E>.self) : CKEntry.alignment(of: E.self)
        guard !boxed || ElementBox<E>.isPossible else {
            throw .beyondConcurrencyKit(capacity: capacity, slotBytes: MemoryLayout<E>.stride)
        }
        guard rq_ck_reaches(UInt32(capacity), stride) else {
            throw .beyondConcurrencyKit(capacity: capacity, slotBytes: stride)
        }
        guard let q = unsafe rq_ck_create(UInt32(capacity), stride, alignment, waiting.policy) else {
            throw .outOfMemory(capacity: capacity, slotBytes: stride)
        }
        unsafe q.pointee.boxed = boxed
        return unsafe _QueueStorage(q)
    }

    public static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int {
        unsafe Int(rq_ck_count(storage.ck))
    }

    @inlinable
    package static func attemptEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> TryEnqueueResult<E> {
        guard unsafe storage.ck.pointee.boxed else {
            return storage.enqueueBits(element, several: severalProducers, severalConsumers: severalConsumers)
        }
        return enqueueBoxed(storage, element)
    }

    // Out of line, so that elements that need no box do not pay for the allocation's registers and checks.
    @inlinable
    @inline(never)
    static func enqueueBoxed<E: ~Copyable>(_ storage: _QueueStorage, _ element: consuming E) -> TryEnqueueResult<E> {
        let boxed = storage.enqueueBits(
            ElementBox(element), several: severalProducers, severalConsumers: severalConsumers)
        switch boxed {
        case .enqueued: return .enqueued
        case .full(let box): return .full(box.element.take()!)
        case .closed(let box): return .closed(box.element.take()!)
        }
    }

    @inlinable
    package static func attemptDequeue<E: ~Copyable>(_ storage: _QueueStorage, pauses: UInt32) -> TryDequeueResult<E> {
        guard unsafe storage.ck.pointee.boxed else { return storage.dequeueBits(several: severalConsumers) }
        return dequeueBoxed(storage)
    }

    @inlinable
    @inline(never)
    static func dequeueBoxed<E: ~Copyable>(_ storage: _QueueStorage) -> TryDequeueResult<E> {
        switch storage.dequeueBits(several: severalConsumers) as TryDequeueResult<ElementBox<E>> {
        case .dequeued(let box): return .dequeued(box.element.take()!)
        case .empty: return .empty
        case .closed: return .closed
        }
    }

    /// A burst is a loop here: ConcurrencyKit's calls move one element each.
    @inlinable
    package static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        for i in 0..<count {
            switch attemptEnqueue(storage, element(i), pauses: pauses) {
            case .enqueued: continue
            case .full(let back):
                giveBack(i, back)
                return i > 0 ? .enqueued(i) : .full
            case .closed(let back):
                giveBack(i, back)
                return i > 0 ? .enqueued(i) : .closed
            }
        }
        return .enqueued(count)
    }

    /// A burst is a loop here: ConcurrencyKit's calls move one element each.
    @inlinable
    package static func attemptDequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        for i in 0..<count {
            switch attemptDequeue(storage, pauses: pauses) as TryDequeueResult<E> {
            case .dequeued(let element): receive(element)
            case .empty: return i > 0 ? .dequeued(i) : .empty
            case .closed: return i > 0 ? .dequeued(i) : .closed
            }
        }
        return .dequeued(count)
    }
}
