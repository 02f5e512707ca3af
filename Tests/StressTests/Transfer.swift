import Glibc
import RingQueues
import TestSupport

/// How the threads of a transfer call the queue.
enum Calls: CaseIterable, Sendable {
    case one, burst, mixed
}

/// Elements from P producers to C consumers. Element `i` of producer `p` is `p << 32 | i`, so that the values tell
/// the order within a producer.
struct Transfer: Sendable {
    var producers: Int
    var consumers: Int
    var capacity: Int
    var calls: Calls
    var waiting: WaitStrategy
    var each: Int

    /// Runs it. Returns the fault, if there is one.
    func run<K: TestKind>(_ kind: K.Type, _ watch: Watch) throws -> String? {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity, waiting: waiting)
        watch.add(queue.control)
        watch.at("\(kind) \(self)")
        let seen = (0..<consumers).map { _ in Seen(producers) }
        let control = queue.control
        var threads = Threads()
        threads.start(
            &queue, producers, consumers, send: { send(&$0, $1) }, take: { consumer, c in take(&consumer, seen[c]) })
        threads.join()
        let count = seen.reduce(0) { $0 + $1.count }
        let sum = seen.reduce(0) { $0 + $1.sum }
        let expected = (0..<producers).reduce(0) { $0 + ($1 << 32) * each + each * (each - 1) / 2 }
        if count != producers * each { return "\(kind) \(self): \(count) elements arrived" }
        if sum != expected { return "\(kind) \(self): their sum is \(sum), not \(expected)" }
        if !seen.allSatisfy(\.inOrder) { return "\(kind) \(self): out of order" }
        if control.count != 0 { return "\(kind) \(self): \(control.count) left" }
        return nil
    }

    private func send<K: TestKind>(_ producer: inout Producer<Int, K>, _ p: Int) {
        var next = 0
        while next < each {
            let element = p << 32 | next
            switch calls {
            case .one: next += producer.enqueue(element).isEnqueued ? 1 : 0
            case .burst: next += burst(&producer, element, min(17, each - next))
            case .mixed:
                switch next % 7 {
                case 0: next += producer.enqueue(element).isEnqueued ? 1 : 0
                case 1: next += burst(&producer, element, min(5, each - next))
                case 2: next += producer.enqueue(element, until: .after(.microseconds(20))).isEnqueued ? 1 : 0
                case 3: next += bulk(&producer, element, min(3, each - next))
                case 4:
                    if case .enqueued? = K.construct(&producer, { element }, { _ in }) {
                        next += 1
                    } else {
                        fallthrough
                    }
                default:
                    if producer.tryEnqueue(element).isEnqueued { next += 1 } else { sched_yield() }
                }
            }
        }
    }

    private func burst<K: TestKind>(_ producer: inout Producer<Int, K>, _ first: Int, _ many: Int) -> Int {
        let elements = Array(first..<first + many)
        guard let sent = producer.enqueueBurst(copying: elements.span) else { return 0 }
        return sent
    }

    private func bulk<K: TestKind>(_ producer: inout Producer<Int, K>, _ first: Int, _ many: Int) -> Int {
        guard many <= capacity else { return burst(&producer, first, many) }
        return withOutputSpan(of: Int.self, capacity: many) { span in
            for i in 0..<many { span.append(first + i) }
            switch K.enqueueBulk(&producer, &span) {
            case .enqueued(let sent)?: return sent
            case nil: return burst(&producer, first, many)
            default:
                sched_yield()
                return producer.enqueue(first).isEnqueued ? 1 : 0
            }
        }
    }

    private func take<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ seen: Seen) {
        var going = true
        var turn = 0
        while going {
            turn += 1
            switch calls {
            case .one: going = takeOne(&consumer, seen)
            case .burst: going = takeBurst(&consumer, 17, seen)
            case .mixed:
                switch turn % 6 {
                case 0: going = takeOne(&consumer, seen)
                case 1: going = takeBurst(&consumer, 4, seen)
                case 2: going = note(consumer.dequeue(until: .after(.microseconds(20))), seen)
                case 3: going = takeBulk(&consumer, min(2, capacity), seen)
                case 4:
                    guard let used = K.use(&consumer, { $0 }) else { fallthrough }
                    if let used { seen.note(used) }
                    going = used != nil
                default: going = note(consumer.tryDequeue(), seen)
                }
            }
        }
    }

    private func takeOne<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ seen: Seen) -> Bool {
        guard let element = consumer.dequeue() else { return false }
        seen.note(element)
        return true
    }

    private func takeBurst<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ most: Int, _ seen: Seen) -> Bool {
        withOutputSpan(of: Int.self, capacity: most) { span in
            let result = consumer.dequeueBurst(into: &span)
            for i in span.indices { seen.note(span[i]) }
            return result != nil
        }
    }

    private func takeBulk<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ many: Int, _ seen: Seen) -> Bool {
        withOutputSpan(of: Int.self, capacity: many) { span in
            let result = K.dequeueBulk(&consumer, many, &span)
            for i in span.indices { seen.note(span[i]) }
            return result != .closed
        }
    }

    private func note(_ result: TryDequeueResult<Int>, _ seen: Seen) -> Bool {
        switch result {
        case .dequeued(let element): seen.note(element)
        case .empty: sched_yield()
        case .closed: return false
        }
        return true
    }
}

/// The observations of one consumer.
private final class Seen: @unchecked Sendable {
    // SAFETY: written by the consumer's thread, read after it was joined.
    private(set) var count = 0
    private(set) var sum = 0
    private(set) var inOrder = true
    private var last: [Int]

    init(_ producers: Int) { last = Array(repeating: -1, count: producers) }

    func note(_ element: Int) {
        count += 1
        sum += element
        inOrder = inOrder && last[element >> 32] < element
        last[element >> 32] = element
    }
}
