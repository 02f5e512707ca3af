import CRings

/// Waits for several ends at once, of any side, element and kind, and for moments in time.
///
///     var select = Select()
///     let orders = select.add(orderConsumer)
///     let room = select.add(replyProducer)
///     let second = select.tick(every: .seconds(1))
///     while let ready = await select.next() {
///         switch ready {
///         case orders: handle(orderConsumer.tryDequeue())
///         case room: reply(&replyProducer)
///         case second: report()
///         default: break
///         }
///     }
///
/// A case that is ready is worth a try, and no more: `next` takes no element, so the cases that it does not return lose
/// nothing. Another end may be quicker; the try then reports `.empty`, and the next call waits again. A closed queue is ready
/// every time: remove its case when a try reports `.closed`.
///
/// No thread polls. A call that finds a case ready makes no system call. It belongs to one thread or task at a time.
public struct Select: ~Copyable {
    /// One of the things that a ``Select`` waits for.
    public struct Case: Hashable, Sendable {
        let number: Int
    }

    /// Which of several ready cases `next` returns.
    public enum Order: Sendable {
        /// Each in its turn: the search begins after the case that was returned last.
        case fair
        /// The one that was added first.
        case priority
    }

    private enum Kind {
        case end(SelectSource)
        /// In nanoseconds on the clock of the C layer. `every` is 0 for a moment that comes once.
        case time(due: Int64, every: Int64)
    }

    private let order: Order
    private var cases: [(number: Int, kind: Kind)] = []
    private var added = 0
    /// Where the next search begins.
    private var start = 0
    private let waker = SelectWaker()

    /// Makes a select without cases.
    ///
    /// - Parameter order: which of several ready cases is returned.
    public init(order: Order = .fair) { self.order = order }

    /// Adds an end: its case is ready when the queue has an element or has ended.
    ///
    /// - Parameter consumer: stays with the caller, who dequeues from it.
    /// - Returns: the case, to compare with what `next` returns.
    public mutating func add<Element: ~Copyable, K: QueueKind>(_ consumer: borrowing Consumer<Element, K>) -> Case {
        let storage = consumer.storage
        return add(
            .end(
                SelectSource(on: K._event(storage, .consumer), of: consumer.core) {
                    K._isReady(storage, .consumer, of: Element.self)
                }))
    }

    /// Adds an end: its case is ready when the queue has room or is closed.
    ///
    /// - Parameter producer: stays with the caller, who enqueues into it.
    /// - Returns: the case, to compare with what `next` returns.
    public mutating func add<Element: ~Copyable, K: QueueKind>(_ producer: borrowing Producer<Element, K>) -> Case {
        let storage = producer.storage
        return add(
            .end(
                SelectSource(on: K._event(storage, .producer), of: producer.core) {
                    K._isReady(storage, .producer, of: Element.self)
                }))
    }

    /// Adds a moment: its case is ready once, as soon as the time has passed.
    ///
    /// - Parameter duration: the time from now.
    /// - Returns: the case, to compare with what `next` returns. It is then removed by itself.
    public mutating func after(_ duration: Duration) -> Case {
        add(.time(due: Deadline.after(duration).fixed.nanoseconds, every: 0))
    }

    /// Adds a clock: its case is ready once in each period. Periods that pass between two calls of `next` count as one.
    ///
    /// - Parameter period: the time from one tick to the next; the first comes after one period.
    /// - Returns: the case, to compare with what `next` returns.
    /// - Precondition: the period is positive.
    public mutating func tick(every period: Duration) -> Case {
        require(period > .zero, "a tick needs a positive period, got \(period)")
        let deadline = Deadline.after(period)
        return add(.time(due: deadline.fixed.nanoseconds, every: deadline.value))
    }

    /// Removes a case. Does nothing if there is no such case.
    public mutating func remove(_ one: Case) {
        guard let index = cases.firstIndex(where: { $0.number == one.number }) else { return }
        cases.remove(at: index)
        if start > index { start -= 1 }
    }

    /// Returns a case that is ready, waiting on the thread until there is one or a deadline has passed.
    ///
    /// - Parameter deadline: how long to wait. With ``Deadline/now``, it only looks; without one, it waits until a case is ready.
    /// - Returns: the case; `nil` if none was ready before the deadline.
    /// - Precondition: there is a case, or a deadline: otherwise the call could not return.
    /// - Complexity: O(*n*) in the cases.
    @available(*, noasync, message: "waits on a thread; in asynchronous code, write 'await'")
    public mutating func next(until deadline: Deadline? = nil) -> Case? {
        let end = end(deadline)
        while true {
            if let ready = firstReady() { return ready }
            if Self.isOver(end) { return nil }
            announce()
            if let ready = firstReady() {
                leave()
                return ready
            }
            if list() { waker.park(until: min(end, firstDue())) }
            leave()
        }
    }

    /// Returns a case that is ready, suspending the task until there is one or a deadline has passed.
    ///
    /// - Parameter deadline: how long to wait. With ``Deadline/now``, it only looks; without one, it waits until a case is ready.
    /// - Returns: the case; `nil` if none was ready before the deadline, or the task was cancelled.
    /// - Precondition: there is a case, or a deadline: otherwise the call could not return.
    /// - Complexity: O(*n*) in the cases.
    public nonisolated(nonsending) mutating func next(until deadline: Deadline? = nil) async -> Case? {
        let end = end(deadline)
        while true {
            if let ready = firstReady() { return ready }
            if Self.isOver(end) || Task.isCancelled { return nil }
            announce()
            if let ready = firstReady() {
                leave()
                return ready
            }
            if list() { await waker.suspend(until: min(end, firstDue())) }
            leave()
        }
    }

    private mutating func add(_ kind: Kind) -> Case {
        added += 1
        cases.append((added, kind))
        return Case(number: added)
    }

    private func end(_ deadline: Deadline?) -> Int64 {
        require(deadline != nil || !cases.isEmpty, "a select without cases and without a deadline waits for nothing")
        return deadline?.nanoseconds ?? .max
    }

    private static func isOver(_ end: Int64) -> Bool { end != .max && rq_now() >= end }

    private func firstDue() -> Int64 {
        cases.reduce(.max) { first, one in
            if case .time(let due, _) = one.kind { min(first, due) } else { first }
        }
    }

    private mutating func firstReady() -> Case? {
        var now: Int64?
        let first = order == .fair ? start : 0
        for offset in 0..<cases.count {
            let index = (first + offset) % cases.count
            let number = cases[index].number
            switch cases[index].kind {
            case .end(let source):
                guard source.isReady else { continue }
                start = index + 1
            case .time(let due, let every):
                let moment = now ?? rq_now()
                now = moment
                guard due <= moment else { continue }
                if every == 0 {
                    cases.remove(at: index)
                    start = index
                } else {
                    cases[index].kind = .time(due: due + ((moment - due) / every + 1) * every, every: every)
                    start = index + 1
                }
            }
            return Case(number: number)
        }
        return nil
    }

    private func forEachSource(_ body: (SelectSource) -> Void) {
        for one in cases { if case .end(let source) = one.kind { body(source) } }
    }

    private func announce() { forEachSource { $0.announce() } }

    private func leave() { forEachSource { $0.leave() } }

    /// Puts all sources on the lists of their queues. Returns false if one had a signal since its announcement.
    private func list() -> Bool {
        waker.prepare()
        for one in cases {
            if case .end(let source) = one.kind, !source.list(waker) { return false }
        }
        return true
    }
}
