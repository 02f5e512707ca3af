import RingQueues
import TestSupport

/// The calls of threads on a queue with their times, and whether a bounded first-in-first-out queue can have answered
/// them so.
///
/// Times are those of one counter that every call increments before and after, which orders memory as well: everything
/// that a call did before its end is visible to every call that begins later. The values are distinct; then the ways in
/// which a history can be wrong are known (T. Henzinger, A. Sezgin, V. Vafeiadis, 'Aspect-Oriented Linearizability
/// Proofs', CONCUR 2013, section 4), and each is checked in O(n log n).
struct History {
    /// From before a call to after it.
    struct Span {
        var began: Int
        var ended: Int
    }

    /// Value by value; `nil`: it did not happen.
    var enqueues: [Span?]
    var dequeues: [Span?]
    /// The first value that came out a second time.
    var repeated: Int?
    /// Calls that found no element, and calls that found no room.
    var empties: [Span] = []
    var fulls: [Span] = []

    /// How many calls it has.
    var calls: Int {
        enqueues.count { $0 != nil } + dequeues.count { $0 != nil } + empties.count + fulls.count
    }

    init(values: Int) {
        enqueues = Array(repeating: nil, count: values)
        dequeues = enqueues
    }

    /// The fault, if there is one.
    ///
    /// - Parameters:
    ///   - capacity: how many elements fit.
    ///   - isExact: the queue answers empty, or full, only when it was so at some moment of the call. If not: or when
    ///     another element was on its way in, or out.
    /// - Returns: the first thing found.
    func verdict(capacity: Int, isExact: Bool) -> String? {
        if let repeated { return "value \(repeated) came out twice" }
        for (value, dequeue) in dequeues.enumerated() {
            guard let dequeue else {
                if enqueues[value] != nil { return "value \(value) did not come out" }
                continue
            }
            guard let enqueue = enqueues[value] else { return "value \(value) came out and was not put in" }
            if dequeue.ended < enqueue.began { return "value \(value) came out before it was put in" }
        }
        if let outOfOrder { return outOfOrder }
        let entering = Schedule(enqueues)
        let leaving = Schedule(dequeues)
        return falselyEmpty(isExact, entering) ?? falselyFull(capacity, isExact, entering, leaving)
    }

    /// Two values: one was in before the other came, and the other was out before the first one went.
    private var outOfOrder: String? {
        let inside = enqueues.indices.filter { enqueues[$0] != nil }
        let byBeginning = inside.sorted { enqueues[$0]!.began < enqueues[$1]!.began }
        let byEnd = inside.sorted { enqueues[$0]!.ended < enqueues[$1]!.ended }
        var next = 0
        var latest: Int?
        for value in byBeginning {
            while next < byEnd.count, enqueues[byEnd[next]]!.ended < enqueues[value]!.began {
                if latest == nil || dequeues[byEnd[next]]!.began > dequeues[latest!]!.began { latest = byEnd[next] }
                next += 1
            }
            if let latest, dequeues[latest]!.began > dequeues[value]!.ended {
                return "value \(latest) was in before \(value), which was out before it"
            }
        }
        return nil
    }

    /// An answer 'empty' although some value was certainly there during all of it.
    private func falselyEmpty(_ isExact: Bool, _ entering: Schedule) -> String? {
        var stays: [Span] = []
        for value in enqueues.indices {
            guard let enqueue = enqueues[value], let dequeue = dequeues[value] else { continue }
            if enqueue.ended < dequeue.began { stays.append(Span(began: enqueue.ended, ended: dequeue.began)) }
        }
        stays.sort { $0.began < $1.began }
        var never: [Span] = []  // times without a moment at which it can have been empty
        for stay in stays {
            if let last = never.last, stay.began <= last.ended {
                never[never.count - 1].ended = max(last.ended, stay.ended)
            } else {
                never.append(stay)
            }
        }
        for answer in empties {
            let at = never.countBelow(answer.began) { $0.began } - 1
            guard at >= 0, never[at].ended > answer.ended else { continue }
            guard isExact || !entering.areUnderWay(in: answer) else { continue }
            return "empty at \(answer), and something was there all the time"
        }
        return nil
    }

    /// An answer 'full' although there was certainly room during all of it.
    private func falselyFull(
        _ capacity: Int, _ isExact: Bool, _ entering: Schedule, _ leaving: Schedule
    ) -> String? {
        for answer in fulls {
            // An enqueue that has begun, and a dequeue that has not ended, may count.
            let most = entering.begun(before: answer.ended) - leaving.ended(before: answer.began)
            // A consumer between claim and release holds its slot, however many elements left after it.
            guard isExact || !leaving.areUnderWay(in: answer) else { continue }
            if most < capacity { return "full at \(answer), and at most \(most) of \(capacity) were there" }
        }
        return nil
    }
}

/// When calls of one direction began and ended.
private struct Schedule {
    private let beginnings: [Int]
    private let ends: [Int]

    init(_ spans: [History.Span?]) {
        beginnings = spans.compactMap { $0?.began }.sorted()
        ends = spans.compactMap { $0?.ended }.sorted()
    }

    func begun(before time: Int) -> Int { beginnings.countBelow(time) { $0 } }
    func ended(before time: Int) -> Int { ends.countBelow(time) { $0 } }
    func areUnderWay(in span: History.Span) -> Bool { begun(before: span.ended) != ended(before: span.began) }
}

extension Array {
    /// How many of the sorted elements have a time before this one.
    fileprivate func countBelow(_ time: Int, _ of: (Element) -> Int) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if of(self[middle]) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Threads that write a history: some calls that wait, some that do not, some of several elements.
struct HistoryPlan: Sendable {
    var producers: Int
    var consumers: Int
    var capacity: Int
    /// Elements of each producer.
    var each: Int
    var seed: UInt64
    /// Threads are stopped, wherever they are, again and again.
    var storms: Bool

    func write<K: TestKind>(_ kind: K.Type, _ watch: Watch) throws -> History {
        var queue = try Queue.make(of: Int.self, kind: kind, capacity: capacity)
        watch.add(queue.control)
        watch.at("\(kind) \(self)")
        let clock = Counter()
        let notes = (0..<producers + consumers).map { _ in Notes(clock) }
        let over = Counter()
        var threads = Threads()
        threads.start(
            &queue, producers, consumers,
            send: { producer, p in
                send(&producer, p, notes[p])
                over.add()
            },
            take: { consumer, c in
                take(&consumer, c, notes[producers + c])
                over.add()
            })
        if storms { storm(threads.interrupter, seed: seed) { over.value == producers + consumers } }
        threads.join()
        var history = History(values: producers * each)
        for mine in notes { mine.enter(&history) }
        return history
    }

    private func send<K: TestKind>(_ producer: inout Producer<Int, K>, _ p: Int, _ notes: Notes) {
        var random = Seeded(seed &+ UInt64(p))
        var next = 0
        while next < each {
            let value = p * each + next
            let began = notes.now
            switch random.below(4) {
            case 0:
                _ = producer.enqueue(value)
                notes.enqueued(value..<value + 1, began)
                next += 1
            case 1:
                let some = Array(value..<value + min(1 + random.below(9), each - next))
                guard case .enqueued(let count) = producer.tryEnqueueBurst(copying: some.span) else {
                    notes.full(began)
                    continue
                }
                notes.enqueued(value..<value + count, began)
                next += count
            default:
                guard producer.tryEnqueue(value).isEnqueued else {
                    notes.full(began)
                    continue
                }
                notes.enqueued(value..<value + 1, began)
                next += 1
            }
        }
    }

    private func take<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ c: Int, _ notes: Notes) {
        var random = Seeded(seed &+ UInt64(producers + c))
        while true {
            let began = notes.now
            switch random.below(4) {
            case 0:
                guard let value = consumer.dequeue() else { return }
                notes.dequeued(value, began)
            case 1:
                var isOver = false
                withOutputSpan(of: Int.self, capacity: 1 + random.below(9)) { span in
                    switch consumer.tryDequeueBurst(into: &span) {
                    case .dequeued:
                        let ended = notes.now
                        for i in span.indices { notes.dequeued(span[i], began, ended) }
                    case .empty: notes.empty(began)
                    case .closed: isOver = true
                    }
                }
                if isOver { return }
            default:
                switch consumer.tryDequeue() {
                case .dequeued(let value): notes.dequeued(value, began)
                case .empty: notes.empty(began)
                case .closed: return
                }
            }
        }
    }
}

/// The observations of one thread about its own calls.
private final class Notes: @unchecked Sendable {
    // SAFETY: written by one thread, read after it was joined.
    private let clock: Counter
    private var enqueues: [(Range<Int>, History.Span)] = []
    private var dequeues: [(Int, History.Span)] = []
    private var empties: [History.Span] = []
    private var fulls: [History.Span] = []

    init(_ clock: Counter) { self.clock = clock }

    /// A moment that is later than all before it.
    var now: Int { clock.add() }

    func enqueued(_ values: Range<Int>, _ began: Int) {
        enqueues.append((values, History.Span(began: began, ended: now)))
    }

    func dequeued(_ value: Int, _ began: Int, _ ended: Int? = nil) {
        dequeues.append((value, History.Span(began: began, ended: ended ?? now)))
    }

    // A few for each element: a thread that fails for a whole time slice reports the same again and again.
    func empty(_ began: Int) {
        if empties.count < 4 * dequeues.count + 100 { empties.append(History.Span(began: began, ended: now)) }
    }

    func full(_ began: Int) {
        if fulls.count < 4 * enqueues.count + 100 { fulls.append(History.Span(began: began, ended: now)) }
    }

    func enter(_ history: inout History) {
        for (values, span) in enqueues { for value in values { history.enqueues[value] = span } }
        for (value, span) in dequeues {
            if history.dequeues[value] != nil, history.repeated == nil { history.repeated = value }
            history.dequeues[value] = span
        }
        history.empties += empties
        history.fulls += fulls
    }
}
