import RingQueues

/// Random calls on one queue from one thread, compared with an array that does the same. Ends come and go, the queue
/// may be closed at some point, and all elements are destroyed in the end.
package struct RandomWalk<K: TestKind>: ~Copyable {
    private var random: Seeded
    private let tally = Tally()
    private let capacity: Int
    private var producer: Producer<Token, K>?
    private var spareProducer: Producer<Token, K>?
    private var consumer: Consumer<Token, K>?
    private var spareConsumer: Consumer<Token, K>?
    private let control: QueueControl
    private var next = 0
    private var model: [Int] = []
    private var closed = false
    private var stopped = false
    private let verdict = Verdict()

    private init(_ seed: UInt64) throws {
        random = Seeded(seed)
        capacity = 1 + random.below(9)
        let waiting = Kinds.waiting[random.below(3)]
        var queue = try Queue.make(of: Token.self, kind: K.self, capacity: capacity, waiting: waiting)
        control = queue.control
        // An end that is never taken goes with the queue value.
        if random.below(16) > 0 { producer = queue.takeProducer() } else { closed = true }
        if random.below(16) > 0 {
            consumer = queue.takeConsumer()
        } else {
            closed = true
            stopped = true
        }
    }

    /// Returns the difference from the model, if there is one.
    package static func run(_ seed: UInt64) throws -> String? {
        var walk = try RandomWalk(seed)
        let tally = walk.tally
        let control = walk.control
        for step in 0..<walk.random.below(200) {
            walk.step()
            if let wrong = walk.verdict.wrong { return "\(K.self), seed \(seed), step \(step): \(wrong)" }
        }
        _ = consume walk
        if tally.alive != 0 { return "\(K.self), seed \(seed): \(tally.alive) of \(tally.created) elements left" }
        if control.count != 0 || !control.isClosed { return "\(K.self), seed \(seed): not empty and closed" }
        return nil
    }

    private mutating func step() {
        switch random.below(40) {
        case 0: if producer != nil { spareProducer = K.another(producer!) }
        case 1: if consumer != nil { spareConsumer = K.another(consumer!) }
        case 2: dropProducer()
        case 3: dropConsumer()
        case 4 where random.below(4) == 0: close { $0.cancel() }
        case 5 where random.below(4) == 0: close { $0.fail(QueueClosed()) }
        case 6 where random.below(4) == 0: drain()
        case 7..<14: send()
        case 14..<18: sendBurst(whole: false)
        case 18..<21: sendBurst(whole: true)
        case 21..<30: take()
        case 30..<34: takeBurst(whole: false)
        case 34..<37: takeBurst(whole: true)
        default: look()
        }
    }

    private func check(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { verdict.note(text()) }
    }

    private func look() {
        check(control.capacity == capacity, "capacity \(control.capacity)")
        check(control.isClosed == closed, "closed \(control.isClosed)")
        check((control.poison == nil) == !closed, "poison \(String(describing: control.poison))")
        check(control.count == model.count, "count \(control.count) of \(model)")
    }

    private mutating func close(_ body: (QueueControl) -> Void) {
        body(control)
        closed = true
        stopped = true
    }

    private mutating func dropProducer() {
        swap(&producer, &spareProducer)
        spareProducer = nil
        if producer == nil { closed = true }
    }

    private mutating func dropConsumer() {
        swap(&consumer, &spareConsumer)
        spareConsumer = nil
        guard consumer == nil else { return }
        closed = true
        stopped = true
        model = []
        check(tally.alive == 0, "\(tally.alive) elements outlive the last consumer")
    }

    private mutating func drain() {
        guard consumer != nil else { return }
        var left: [Int] = []
        let count = consumer!.drain { left.append($0.id) }
        closed = true
        stopped = true
        check(left == model && count == left.count, "drained \(left), not \(model)")
        model = []
    }

    private mutating func send() {
        guard producer != nil else { return }
        let token = Token(next, tally)
        next += 1
        let result = random.below(2) == 0 ? producer!.tryEnqueue(token) : producer!.enqueue(token, until: .after(.zero))
        switch consume result {
        case .enqueued:
            check(!closed && model.count < capacity, "enqueued, closed \(closed), \(model)")
            model.append(next - 1)
        case .full(let back): check(!closed && model.count == capacity && back.id == next - 1, "full at \(model)")
        case .closed(let back): check(closed && back.id == next - 1, "closed at \(model)")
        }
    }

    private mutating func sendBurst(whole: Bool) {
        guard producer != nil else { return }
        let whole = whole && K.self is any BulkKind.Type
        let many = random.below(whole ? capacity + 1 : 2 * capacity)
        let tally = tally
        let first = next
        next += many
        let (result, left) = withOutputSpan(of: Token.self, capacity: many) { span in
            for i in 0..<many { span.append(Token(first + i, tally)) }
            let bulk = whole ? K.enqueueBulk(&producer!, &span) : nil
            let result = bulk ?? producer!.tryEnqueueBurst(moving: &span)
            return (result, span.indices.map { span[$0].id })
        }
        let room = closed ? 0 : capacity - model.count
        let sent = many <= room ? many : whole ? 0 : room
        let expected: TryEnqueueManyResult =
            many == 0 || sent > 0 ? .enqueued(sent) : closed ? .closed : .full
        check(result == expected, "\(many) gave \(result), not \(expected), at \(model)")
        check(left == Array(first + sent..<first + many), "\(left) of \(first)... came back, \(sent) sent")
        model += first..<first + sent
    }

    private mutating func take() {
        guard consumer != nil else { return }
        let result =
            random.below(2) == 0 ? consumer!.tryDequeue() : consumer!.dequeue(until: .at(.now - .seconds(1)))
        switch consume result {
        case .dequeued(let token):
            check(!stopped && token.id == model.first, "\(token.id) came first of \(model)")
            if !model.isEmpty { model.removeFirst() }
        case .empty: check(!closed && model.isEmpty, "empty at \(model)")
        case .closed: check(stopped || closed && model.isEmpty, "closed at \(model)")
        }
    }

    private mutating func takeBurst(whole: Bool) {
        guard consumer != nil else { return }
        let whole = whole && K.self is any BulkKind.Type
        let many = random.below(whole ? capacity + 1 : 2 * capacity)
        let (result, got) = withOutputSpan(of: Token.self, capacity: many) { span in
            let bulk = whole ? K.dequeueBulk(&consumer!, many, &span) : nil
            let result = bulk ?? consumer!.tryDequeueBurst(into: &span)
            return (result, span.indices.map { span[$0].id })
        }
        let there = stopped ? 0 : model.count
        let taken = many <= there ? many : whole ? 0 : there
        let ended = stopped || closed && model.isEmpty
        let expected: TryDequeueManyResult = many == 0 || taken > 0 ? .dequeued(taken) : ended ? .closed : .empty
        check(result == expected, "\(many) gave \(result), not \(expected), at \(model)")
        check(got == Array(model.prefix(taken)), "\(got) came of \(model)")
        model.removeFirst(taken)
    }
}

/// The first difference that was found.
private final class Verdict {
    private(set) var wrong: String?

    func note(_ text: String) { wrong = wrong ?? text }
}
