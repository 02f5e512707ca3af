import BasicContainers
import MutexQueues
import RingQueues

extension Consumer: TryingConsumer, WaitingConsumer where Element: Payload {}

/// Values are copied, which compiles to the shorter loop; objects are moved.
extension Producer: TryingProducer, WaitingProducer where Element: Payload {
    @inline(__always)
    mutating func tryEnqueueBurst(_ elements: inout RigidArray<Element>) -> TryEnqueueManyResult {
        if Element.isObject { return elements.edit { tryEnqueueBurst(moving: &$0) } }
        let result = tryEnqueueBurst(copying: elements.span)
        if case .enqueued(let count) = result { elements.removeSubrange(0..<count) }
        return result
    }

    @inline(__always)
    mutating func enqueueAll(_ elements: inout RigidArray<Element>) {
        if Element.isObject {
            return elements.edit { span in
                while !span.isEmpty, enqueueBurst(moving: &span) != nil {}
            }
        }
        var sent = 0
        while sent < elements.count,
            let count = enqueueBurst(copying: elements.span.extracting(sent...))
        {
            sent += count
        }
        elements.removeAll()
    }
}

/// A kind of queue of this package, and how to clone its ends.
protocol OwnKind: QueueKind {
    static func another<E>(_ end: borrowing Producer<E, Self>) -> sending Producer<E, Self>
    static func another<E>(_ end: borrowing Consumer<E, Self>) -> sending Consumer<E, Self>
    /// The capacity to ask for if `elements` elements are to fit.
    static func capacity(_ elements: Int) -> Int
}

extension OwnKind {
    static func another<E>(_ end: borrowing Producer<E, Self>) -> sending Producer<E, Self> {
        fatalError("\(Self.self) has one producer")
    }

    static func another<E>(_ end: borrowing Consumer<E, Self>) -> sending Consumer<E, Self> {
        fatalError("\(Self.self) has one consumer")
    }

    static func capacity(_ elements: Int) -> Int { elements }
}

extension OwnKind where Self: ManyProducers {
    static func another<E>(_ end: borrowing Producer<E, Self>) -> sending Producer<E, Self> { end.clone() }
}

extension OwnKind where Self: ManyConsumers {
    static func another<E>(_ end: borrowing Consumer<E, Self>) -> sending Consumer<E, Self> { end.clone() }
}

/// A kind that makes ConcurrencyKit's own calls.
protocol ConcurrencyKitOwnKind: OwnKind {}

extension ConcurrencyKitOwnKind {
    /// Its ring holds 2ⁿ - 1 elements; anything between costs a counter of ours, and only its own code is to be
    /// measured.
    static func capacity(_ elements: Int) -> Int {
        var ones = 1
        while 2 * ones + 1 <= elements { ones = 2 * ones + 1 }
        return ones
    }
}

extension SPSC: OwnKind {}
extension MPSC: OwnKind {}
extension SPMC: OwnKind {}
extension MPMC: OwnKind {}
extension ConcurrencyKitSPSC: ConcurrencyKitOwnKind {}
extension ConcurrencyKitMPSC: ConcurrencyKitOwnKind {}
extension ConcurrencyKitSPMC: ConcurrencyKitOwnKind {}
extension ConcurrencyKitMPMC: ConcurrencyKitOwnKind {}
extension MutexMPMC: OwnKind {}

extension Peer where Out: ~Copyable, In: ~Copyable {
    /// A queue of this package.
    static func own<Kind: OwnKind, P: Payload>(_ kind: Kind.Type, of payload: P.Type) -> Peer
    where Out == Producer<P, Kind>, In == Consumer<P, Kind> {
        Peer { capacity, producers, consumers in
            var queue = try Queue.make(of: payload, kind: kind, capacity: Kind.capacity(capacity))
            let producer = queue.takeProducer()
            let consumer = queue.takeConsumer()
            var ends = Ends<Out, In>()
            for _ in 1..<producers { ends.producers.append(Parcel(Kind.another(producer))) }
            for _ in 1..<consumers { ends.consumers.append(Parcel(Kind.another(consumer))) }
            ends.producers.append(Parcel(producer))
            ends.consumers.append(Parcel(consumer))
            return ends
        }
    }
}

/// The kinds for the numbers of ends that there may be.
protocol OwnKinds {
    associatedtype OneToOne: OwnKind
    associatedtype OneToMany: OwnKind
    associatedtype ManyToOne: OwnKind
    associatedtype ManyToMany: OwnKind
}

/// `ring`: the cheapest.
enum CheapestKinds: OwnKinds {
    typealias OneToOne = SPSC
    typealias OneToMany = SPMC
    typealias ManyToOne = MPSC
    typealias ManyToMany = MPMC
}

/// `ck-ring`: ConcurrencyKit's own calls.
enum ConcurrencyKitKinds: OwnKinds {
    typealias OneToOne = ConcurrencyKitSPSC
    typealias OneToMany = ConcurrencyKitSPMC
    typealias ManyToOne = ConcurrencyKitMPSC
    typealias ManyToMany = ConcurrencyKitMPMC
}
