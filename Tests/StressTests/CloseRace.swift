import CTestSupport
import Glibc
import RingQueues
import TestSupport

/// The observations of one thread: elements as bits.
final class Outcome {
    var accepted: UInt64 = 0
    var refused: UInt64 = 0
    var delivered: UInt64 = 0
    var wrong: String?

    func reset() {
        accepted = 0
        refused = 0
        delivered = 0
        wrong = nil
    }

    func take<E: Racing & ~Copyable>(_ element: borrowing E) {
        if !element.isWhole { wrong = "element \(element.id) is torn" }
        take(element.id)
    }

    func take(_ id: Int) {
        let bit = UInt64(1) << UInt64(id)
        let mine = delivered & (~0 << UInt64(id)) & Outcome.bits(of: id / Plan.most)
        if mine != 0 { wrong = "element \(id) came twice or after a later one" }
        delivered |= bit
    }

    /// All elements of a producer.
    static func bits(of producer: Int) -> UInt64 {
        ((1 << UInt64(Plan.most)) - 1) << UInt64(producer * Plan.most)
    }
}

private struct Stopped: Error {}

/// Threads that live through many races. A race is one queue: each thread takes its end, does its part of the plan and
/// meets the others; the caller's thread, the first consumer, checks and prepares the next.
final class CloseRace<K: TestKind, E: Racing & ~Copyable>: @unchecked Sendable {
    // SAFETY: variables are written by one thread before a meeting and read by others after it.
    private let shape: Shape
    private let meeting: Meeting
    private let producers: [Exchange<Producer<E, K>>]
    private let consumers: [Exchange<Consumer<E, K>>]
    private let outcomes: [Outcome]
    private var plan: Plan
    private var control: QueueControl?
    private var tally = Tally()
    private var over = false
    /// The first consumer has drained: it waits for enqueues under way, so nothing can be left.
    private var drained = false

    init(_ shape: Shape) {
        self.shape = shape
        meeting = Meeting(shape.threads)
        producers = (0..<shape.producers).map { _ in Exchange() }
        consumers = (0..<shape.consumers).map { _ in Exchange() }
        outcomes = (0..<shape.producers + shape.consumers).map { _ in Outcome() }
        var random = Seeded(0)
        plan = Plan(&random)
    }

    /// Runs `count` races. Returns the fault of the first that failed.
    ///
    /// With `interrupting`, the other threads get signals again and again.
    func run(_ count: Int, seed: UInt64, _ watch: Watch, interrupting: Bool = false) throws -> String? {
        var threads = Threads()
        for i in 0..<shape.producers { threads.start { self.loop { self.produce(i) } } }
        for i in 1..<max(shape.consumers, 1) { threads.start { self.loop { self.consume(i) } } }
        if shape.closer { threads.start { self.loop { self.close() } } }
        let ended = Counter()
        var interrupters = Threads()
        if interrupting {
            interrupters.start { [interrupt = threads.interrupter] in
                storm(interrupt, seed: seed) { ended.value > 0 }
            }
        }
        let wrong = try lead(count, seed: seed, watch)
        ended.add()
        interrupters.join()
        over = true
        meeting.meet()
        threads.join()
        return wrong
    }

    private func lead(_ count: Int, seed: UInt64, _ watch: Watch) throws -> String? {
        for number in 0..<count {
            // Each race has a seed of its own, so that the failing one can be run alone.
            var random = Seeded(seed &+ UInt64(number))
            plan = Plan(&random)
            // With the end of the stream kept back, two consumers could wait for each other's elements.
            plan.keepsProducers = plan.keepsProducers && shape.consumers == 1
            try prepare(watch)
            meeting.meet()
            consume(0)
            meeting.meet()
            if let wrong = verdict() {
                return "\(K.self) \(shape), race \(number), seed \(seed &+ UInt64(number)), \(plan): \(wrong)"
            }
        }
        return nil
    }

    private func loop(_ part: () -> Void) {
        while true {
            meeting.meet()
            if over { return }
            part()
            meeting.meet()
        }
    }

    private func prepare(_ watch: Watch) throws {
        var queue = try Queue.make(of: E.self, kind: K.self, capacity: plan.capacity, waiting: plan.waiting)
        let producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        tally = Tally()
        drained = false
        control = queue.control
        watch.add(queue.control)
        for i in 1..<max(shape.producers, 1) { producers[i].leave(K.another(producer)!) }
        for i in 1..<max(shape.consumers, 1) { consumers[i].leave(K.another(consumer)!) }
        producers[0].leave(producer)
        consumers[0].leave(consumer)
        for outcome in outcomes { outcome.reset() }
    }

    // MARK: the parts

    private func produce(_ i: Int) {
        var producer = producers[i].take()!
        let outcome = outcomes[i]
        for _ in 0..<plan.pauses.0 { ts_pause() }
        var next = 0
        var open = true
        while open && next < plan.sends {
            let id = i * Plan.most + next
            switch (plan.style + next) % 5 {
            case 0: open = sendTrying(&producer, id, outcome)
            case 1: open = settle(producer.enqueue(E(id, tally)), id, outcome)
            case 2: open = sendTimed(&producer, id, outcome)
            case 3: open = sendInPlace(&producer, id, outcome)
            default:
                let many = min(3, plan.sends - next)
                let sent = sendBurst(&producer, id, many, outcome)
                open = sent > 0
                next += max(sent, 1) - 1
            }
            next += 1
        }
        // Once closed, always closed; an element that is refused now must not reach a drain.
        if !open { for _ in 0..<8 { insist(&producer, i * Plan.most + Plan.most - 1, outcome) } }
        if plan.keepsProducers { producers[i].leave(producer) }
    }

    private func settle(_ result: consuming EnqueueResult<E>, _ id: Int, _ outcome: Outcome) -> Bool {
        let bit = UInt64(1) << UInt64(id)
        switch consume result {
        case .enqueued:
            outcome.accepted |= bit
            return true
        case .closed(let back):
            outcome.refused |= bit
            if back.id != id { outcome.wrong = "\(id) was refused, \(back.id) came back" }
            return false
        }
    }

    private func insist(_ producer: inout Producer<E, K>, _ id: Int, _ outcome: Outcome) {
        switch producer.tryEnqueue(E(id, tally)) {
        case .closed(let back): if back.id != id { outcome.wrong = "\(id) was refused, \(back.id) came back" }
        case .full: outcome.wrong = "full after closed"
        case .enqueued: outcome.wrong = "\(id) was enqueued after another was refused"
        }
    }

    private func sendTrying(_ producer: inout Producer<E, K>, _ id: Int, _ outcome: Outcome) -> Bool {
        var token = E(id, tally)
        while true {
            switch producer.tryEnqueue(token) {
            case .full(let back):
                token = back
                sched_yield()
            case .enqueued: return settle(.enqueued, id, outcome)
            case .closed(let back): return settle(.closed(back), id, outcome)
            }
        }
    }

    private func sendTimed(_ producer: inout Producer<E, K>, _ id: Int, _ outcome: Outcome) -> Bool {
        var token = E(id, tally)
        while true {
            switch producer.enqueue(token, until: .after(.microseconds(3))) {
            case .full(let back): token = back
            case .enqueued: return settle(.enqueued, id, outcome)
            case .closed(let back): return settle(.closed(back), id, outcome)
            }
        }
    }

    private func sendInPlace(_ producer: inout Producer<E, K>, _ id: Int, _ outcome: Outcome) -> Bool {
        var back: Int?
        switch K.construct(&producer, { E(id, tally) }, { back = $0.id }) {
        case nil: return settle(producer.enqueue(E(id, tally)), id, outcome)
        case .enqueued?: return settle(.enqueued, id, outcome)
        case .closed?:
            if let back {
                outcome.refused |= 1 << UInt64(id)
                if back != id { outcome.wrong = "\(id) was refused, \(back) came back" }
            }
            return false
        }
    }

    /// Returns how many were sent; 0 if the queue was closed, which refuses all.
    private func sendBurst(_ producer: inout Producer<E, K>, _ id: Int, _ many: Int, _ outcome: Outcome) -> Int {
        withOutputSpan(of: E.self, capacity: many) { span in
            for j in 0..<many { span.append(E(id + j, tally)) }
            guard let sent = producer.enqueueBurst(moving: &span) else {
                for j in 0..<many { outcome.refused |= 1 << UInt64(id + j) }
                if span.count != many { outcome.wrong = "\(span.count) of \(many) refused came back" }
                return 0
            }
            for j in 0..<sent { outcome.accepted |= 1 << UInt64(id + j) }
            if span.count != many - sent { outcome.wrong = "\(sent) of \(many) sent, \(span.count) left" }
            return sent
        }
    }

    private func consume(_ i: Int) {
        var consumer = consumers[i].take()!
        let outcome = outcomes[shape.producers + i]
        for _ in 0..<plan.pauses.1 { ts_pause() }
        let drains = plan.ending == .drainByAll || (plan.ending == .drain && i == 0)
        let closesItself = i == 0 && !shape.closer && plan.ending != .finish
        let stopsEarly = closesItself || drains || plan.ending == .lastConsumer
        var left = stopsEarly ? plan.takes : Int.max
        while left > 0 && take(&consumer, plan.style &+ left, outcome) { left -= 1 }
        if closesItself && !drains { close() }
        // The elements left by a cancel go to the draining consumer, once, however often it drains.
        if drains || closesItself && plan.style % 2 == 0 && plan.ending != .lastConsumer {
            for _ in 0..<4 { consumer.drain { outcome.take($0) } }
            if i == 0 { drained = true }
        }
        if plan.ending != .lastConsumer { consumers[i].leave(consumer) }
    }

    private func take(_ consumer: inout Consumer<E, K>, _ style: Int, _ outcome: Outcome) -> Bool {
        switch style % 5 {
        case 0:
            guard let token = consumer.dequeue() else { return false }
            outcome.take(token)
        case 1:
            switch K.use(&consumer, { $0.id }) {
            case .some(.some(let id)): outcome.take(id)
            case .some(nil): return false
            case nil: break
            }
        case 2:
            return withOutputSpan(of: E.self, capacity: 2) { span in
                let result = consumer.dequeueBurst(into: &span)
                for j in span.indices { outcome.take(span[j]) }
                return result != nil
            }
        case 3:
            switch consumer.dequeue(until: .after(.microseconds(3))) {
            case .dequeued(let token): outcome.take(token)
            case .closed: return false
            case .empty: break
            }
        default:
            switch consumer.tryDequeue() {
            case .dequeued(let token): outcome.take(token)
            case .closed: return false
            case .empty: sched_yield()
            }
        }
        return true
    }

    private func close() {
        for _ in 0..<plan.pauses.1 { ts_pause() }
        switch plan.ending {
        case .fail: control!.fail(Stopped())
        case .cancel, .cancelWhileFinishing: control!.cancel()
        default: break
        }
    }

    // MARK: what must hold

    private func verdict() -> String? {
        var taken: UInt64 = 0
        var wrong: String?
        if plan.ending != .lastConsumer && plan.ending != .finish {
            var consumer = consumers[0].take()!
            let left = consumer.drain { token in
                if taken & (1 << UInt64(token.id)) != 0 { wrong = "\(token.id) drained twice" }
                taken |= 1 << UInt64(token.id)
            }
            if drained && left != 0 { wrong = "a drain left \(left)" }
        }
        for end in consumers { _ = end.take() }
        for end in producers { _ = end.take() }
        var accepted: UInt64 = 0
        var refused: UInt64 = 0
        for outcome in outcomes {
            wrong = wrong ?? outcome.wrong
            accepted |= outcome.accepted
            refused |= outcome.refused
            if taken & outcome.delivered != 0 { wrong = "delivered twice: \(taken & outcome.delivered)" }
            taken |= outcome.delivered
        }
        if let wrong { return wrong }
        if accepted & refused != 0 { return "accepted and refused: \(accepted & refused)" }
        if taken & refused != 0 { return "refused, and delivered: \(taken & refused)" }
        if taken & ~accepted != 0 { return "delivered, but never accepted: \(taken & ~accepted)" }
        if plan.ending != .lastConsumer && taken != accepted { return "lost: \(accepted & ~taken)" }
        if tally.alive != 0 { return "\(tally.alive) of \(tally.created) elements are left" }
        return nil
    }
}
