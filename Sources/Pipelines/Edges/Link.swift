public import RingQueues

/// The ends of one queue between two stages, until their workers have them.
@usableFromInline
final class Link<Element: ~Copyable, Kind: QueueKind>: Sendable {
    // Locked: a stage that is wired by hand may be added to pipelines that several threads start.
    private let accounts: Guarded<EdgeAccount>
    private let producer: Guarded<Producer<Element, Kind>?>
    private let consumer: Guarded<Consumer<Element, Kind>?>
    /// Whether several workers enqueue, and whether several dequeue: each then gets a clone.
    private let hasProducers: Bool
    private let hasConsumers: Bool
    @usableFromInline let undelivered: Undelivered<Element>
    private let isGiven: Bool
    /// Whether the producers wait for room. Otherwise an element that finds none is undelivered.
    @usableFromInline let waits: Bool

    /// A queue that is made when the pipeline starts.
    @usableFromInline
    init(hasProducers: Bool, hasConsumers: Bool, waits: Bool, _ undelivered: Undelivered<Element>) {
        self.waits = waits
        accounts = Guarded(EdgeAccount())
        producer = Guarded(nil)
        consumer = Guarded(nil)
        self.undelivered = undelivered
        self.hasProducers = hasProducers
        self.hasConsumers = hasConsumers
        isGiven = false
    }

    /// An existing queue, by one of its ends.
    @usableFromInline
    init(_ producer: consuming sending Producer<Element, Kind>, isShared: Bool) {
        let account = EdgeAccount()
        accounts = Guarded(account)
        undelivered = Undelivered(nil)
        hasProducers = isShared
        hasConsumers = false
        isGiven = true
        waits = true
        account.opened(producer.control)
        self.producer = Guarded(producer)
        consumer = Guarded(nil)
    }

    /// An existing queue, by one of its ends.
    @usableFromInline
    init(_ consumer: consuming sending Consumer<Element, Kind>, isShared: Bool, _ undelivered: Undelivered<Element>) {
        let account = EdgeAccount()
        accounts = Guarded(account)
        self.undelivered = undelivered
        hasProducers = false
        hasConsumers = isShared
        isGiven = true
        waits = true
        account.opened(consumer.control)
        self.consumer = Guarded(consumer)
        producer = Guarded(nil)
    }

    @usableFromInline
    var account: EdgeAccount { accounts.withLock { $0 } }

    /// Shares its numbers with another link to the same queue.
    @usableFromInline
    func share(_ account: EdgeAccount) { accounts.withLock { $0 = account } }

    @usableFromInline
    func open(capacity: Int, waiting: WaitStrategy) throws(QueueError) {
        if isGiven { return }
        var queue = try Queue.make(of: Element.self, kind: Kind.self, capacity: capacity, waiting: waiting)
        account.opened(queue.control)
        producer.withLock { $0 = queue.takeProducer() }
        consumer.withLock { $0 = queue.takeConsumer() }
    }

    /// The workers have ends of their own.
    @usableFromInline
    func dropEnds() {
        // Destroyed after unlocking: elements may go with an end.
        _ = producer.withLock { $0.take() }
        _ = consumer.withLock { $0.take() }
    }

    @usableFromInline
    func leaseProducer() -> Producer<Element, Kind> {
        producer.withLock { producer in
            require(producer != nil, Self.isGone)
            return hasProducers ? producer!.uncheckedClone() : producer.take()!
        }
    }

    @usableFromInline
    func leaseConsumer() -> Consumer<Element, Kind> {
        consumer.withLock { consumer in
            require(consumer != nil, Self.isGone)
            return hasConsumers ? consumer!.uncheckedClone() : consumer.take()!
        }
    }

    private static var isGone: String { "the end of a queue has gone: a stage that is wired by hand is added once" }

    /// An outlet for one worker of the stage before it.
    @inlinable
    func outlet(_ worker: Worker) -> Outlet<Element> {
        Large.holds(Element.self) ? largeOutlet(worker) : smallOutlet(worker)
    }

    @inlinable
    @inline(__always)
    func smallOutlet(_ worker: Worker) -> Outlet<Element> {
        let lease = ProducerLease(leaseProducer())
        let storage = lease.producer.storage
        let meter = account.addProducer()
        worker.puts(into: account, meter)
        let number = account.number
        let refuse = { [undelivered] (back: consuming Element) in
            meter.add(EdgeCell.undelivered, 1)
            undelivered(back)
        }
        return Outlet(width: 1, door: Door(Kind.self, storage), meter: meter) { [waits] element in
            if worker.isRefusing {
                refuse(element)
                return false
            }
            switch Kind._enqueue(storage, element, deadline: .now) {
            case .enqueued:
                meter.add(EdgeCell.moved, 1)
                return true
            case .closed(let back):
                refuse(back)
                return false
            case .full(let back):
                guard waits else {
                    refuse(back)
                    return true
                }
                let began = Worker.now
                meter.set(EdgeCell.highWater, lease.producer.capacity)
                worker.enter(.enqueuing, edge: number, at: began)
                let result = Kind._enqueue(storage, back, deadline: .never)
                let ended = Worker.now
                meter.add(EdgeCell.blocked, Int(ended - began))
                worker.enter(.working, at: ended)
                worker.add(StageCell.waited, Int(ended - began))
                switch consume result {
                case .enqueued:
                    meter.add(EdgeCell.moved, 1)
                    return true
                case .closed(let back):
                    refuse(back)
                    return false
                case .full: fatalError("a queue kind reported a full queue to a call that waits: a defect of the kind")
                }
            }
        }
    }

    /// Moves up to this many elements there; `nil` at the end of the stream.
    @inlinable
    static func take(
        _ storage: _QueueStorage, _ room: UnsafeMutablePointer<Element>, _ count: Int, _ deadline: Deadline
    ) -> Int? {
        var taken = 0
        let result = Kind._dequeueMany(storage, count: count, whole: false, deadline: deadline) { element in
            unsafe (room + taken).initialize(to: element)
            taken += 1
        }
        return result == .closed ? nil : taken
    }

    /// An inlet for one of this many workers of the stage after it.
    @inlinable
    func inlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        Large.holds(Element.self) ? largeInlet(worker, sharedBy: workers) : smallInlet(worker, sharedBy: workers)
    }

    /// The same for large elements, compiled once for all types.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    func largeInlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        smallInlet(worker, sharedBy: workers)
    }

    @inlinable
    @inline(__always)
    func smallInlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        let lease = ConsumerLease(leaseConsumer())
        let storage = lease.consumer.storage
        let capacity = lease.consumer.capacity
        let meter = account.addConsumer()
        worker.takes(meter)
        let number = account.number
        return unsafe Inlet(
            take: { room, wanted, deadline in
                // Looking at the queue fetches a line that its producers write: once per call, and for a single
                // consumer not at all once it was seen full.
                let isAlone = workers == 1
                let seen = isAlone && meter[EdgeCell.highWater] == capacity ? 0 : Kind._count(storage, of: Element.self)
                if seen > meter[EdgeCell.highWater] { meter.set(EdgeCell.highWater, min(seen, capacity)) }
                // Take only half of our share: siblings then find as much again before this worker returns, or each
                // takes single elements.
                var count = isAlone ? wanted : max(1, min(wanted, seen / (2 * workers)))
                var taken = unsafe Self.take(storage, room, count, .now)
                if taken == 0 {
                    // Siblings took our share. After blocking, take one: it may be all there is.
                    if !isAlone { count = 1 }
                    let began = Worker.now
                    worker.enter(.dequeuing, edge: number, at: began)
                    taken = unsafe Self.take(storage, room, count, deadline)
                    let ended = Worker.now
                    meter.add(EdgeCell.blocked, Int(ended - began))
                    worker.enter(.working, at: ended)
                }
                guard let taken, taken > 0 else { return taken }
                meter.add(EdgeCell.moved, taken)
                meter.add(EdgeCell.batches, 1)
                if taken > meter[EdgeCell.highWater] { meter.set(EdgeCell.highWater, taken) }
                return taken
            },
            undelivered: { [undelivered] element in
                meter.add(EdgeCell.moved, -1)
                meter.add(EdgeCell.undelivered, 1)
                undelivered(element)
            },
            cut: { [account] in account.cut },
            keep: { [undelivered] element in undelivered(element) },
            end: { [account, undelivered] in
                guard account.consumerEnds(), !lease.hasEnded else { return }
                meter.add(EdgeCell.undelivered, lease.consumer.drain { undelivered($0) })
            })
    }
}

/// Keeps a worker's producer end while its outlet lives.
@usableFromInline
final class ProducerLease<Element: ~Copyable, Kind: QueueKind> {
    @usableFromInline let producer: Producer<Element, Kind>

    @usableFromInline
    init(_ producer: consuming Producer<Element, Kind>) { self.producer = producer }
}

/// Keeps a worker's consumer end while its inlet lives.
@usableFromInline
final class ConsumerLease<Element: ~Copyable, Kind: QueueKind> {
    @usableFromInline var consumer: Consumer<Element, Kind>

    @usableFromInline
    init(_ consumer: consuming Consumer<Element, Kind>) { self.consumer = consumer }

    /// Whether all elements were taken and no more will come.
    @usableFromInline
    var hasEnded: Bool {
        guard case .finished = consumer.poison else { return false }
        return consumer.count == 0
    }
}

/// Receives elements that their stage will not process. Without a receiver they are destroyed.
@usableFromInline
struct Undelivered<Element: ~Copyable>: Sendable {
    @usableFromInline let body: (@Sendable (consuming sending Element) -> Void)?

    @usableFromInline
    init(_ body: (@Sendable (consuming sending Element) -> Void)?) { self.body = body }

    @inlinable
    func callAsFunction(_ element: consuming Element) {
        if let body { body(Parcel(element).opened()) }
    }
}
