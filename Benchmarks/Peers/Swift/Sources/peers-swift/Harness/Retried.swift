import BasicContainers
import CPeers
import Glibc
import RingQueues

/// The action of a thread after failed tries in a row: a new value for each row.
protocol Patience: SendableMetatype {
    init()
    mutating func failed()
}

/// `--wait spin`.
struct Spinning: Patience {
    private var failures: UInt32 = 0

    mutating func failed() {
        failures &+= 1
        peers_failed(failures)
    }
}

/// `--wait block` if there are no calls that wait.
struct Yielding: Patience {
    func failed() { sched_yield() }
}

/// Ends that wait by trying.
struct RetriedProducer<End: TryingProducer & ~Copyable, P: Patience>: WaitingProducer, ~Copyable {
    private var end: End

    init(_ end: consuming End) { self.end = end }

    mutating func tryEnqueue(_ element: consuming sending End.Element) -> sending TryEnqueueResult<End.Element> {
        end.tryEnqueue(element)
    }

    mutating func tryEnqueueBurst(_ elements: inout RigidArray<End.Element>) -> TryEnqueueManyResult {
        end.tryEnqueueBurst(&elements)
    }

    @inline(__always)
    mutating func enqueue(_ element: consuming sending End.Element) -> sending EnqueueResult<End.Element> {
        var patience = P()
        var result = end.tryEnqueue(element)
        while true {
            switch result {
            case .enqueued: return .enqueued
            case .closed(let back): return .closed(back)
            case .full(let back):
                patience.failed()
                result = end.tryEnqueue(back)
            }
        }
    }

    @inline(__always)
    mutating func enqueueAll(_ elements: inout RigidArray<End.Element>) {
        var patience = P()
        while !elements.isEmpty {
            switch end.tryEnqueueBurst(&elements) {
            case .enqueued: patience = P()
            case .full: patience.failed()
            case .closed: return
            }
        }
    }
}

struct RetriedConsumer<End: TryingConsumer & ~Copyable, P: Patience>: WaitingConsumer, ~Copyable {
    private var end: End

    init(_ end: consuming End) { self.end = end }

    mutating func tryDequeue() -> sending TryDequeueResult<End.Element> { end.tryDequeue() }

    mutating func tryDequeueBurst(into elements: inout OutputSpan<End.Element>) -> TryDequeueManyResult {
        end.tryDequeueBurst(into: &elements)
    }

    @inline(__always)
    mutating func dequeue() -> sending End.Element? {
        var patience = P()
        while true {
            switch end.tryDequeue() {
            case .dequeued(let element): return element
            case .closed: return nil
            case .empty: patience.failed()
            }
        }
    }

    @inline(__always)
    mutating func dequeueBurst(into elements: inout OutputSpan<End.Element>) -> Int? {
        var patience = P()
        while true {
            switch end.tryDequeueBurst(into: &elements) {
            case .dequeued(let count): return count
            case .closed: return nil
            case .empty: patience.failed()
            }
        }
    }
}

extension Peer where Out: TryingProducer & ~Copyable, In: TryingConsumer & ~Copyable {
    /// The same queue, whose ends wait by trying.
    func retried<P: Patience>(_ patience: P.Type) -> Peer<RetriedProducer<Out, P>, RetriedConsumer<In, P>> {
        Peer<RetriedProducer<Out, P>, RetriedConsumer<In, P>> { [open] capacity, producers, consumers in
            let ends = try open(capacity, producers, consumers)
            return Ends(
                producers: ends.producers.map { Parcel(RetriedProducer($0.open())) },
                consumers: ends.consumers.map { Parcel(RetriedConsumer($0.open())) })
        }
    }
}
