import RingQueues
import TestSupport
import Testing

/// The way in which the elements (or the room) come that k parked threads wait for.
enum Supply: CaseIterable, Sendable {
    case burst, singles, bulk, twoBursts
    /// One by one in their slots, on both sides, if the kind can.
    case inPlace
}

extension Stress {
    /// Elements for k parked threads wake all k. No thread continues before all have what they waited for, so a missing
    /// wake is a hang, which the watchdog reports.
    @Suite struct WakeTests {
        @Test(arguments: Kinds.all, Supply.allCases)
        func elementsForAllConsumersWakeAll(kind: any TestKind.Type, supply: Supply) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                for waiting in [.adaptive, .park] as [WaitStrategy] {
                    for parked in 1...(K.consumersCanBeCloned ? 4 : 1) {
                        for _ in 0..<10 { try wakeConsumers(kind, waiting, parked, supply) }
                    }
                }
            }
            try check(kind)
        }

        @Test(arguments: Kinds.all, Supply.allCases)
        func roomForAllProducersWakesAll(kind: any TestKind.Type, supply: Supply) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                for waiting in [.adaptive, .park] as [WaitStrategy] {
                    for parked in 1...(K.producersCanBeCloned ? 4 : 1) {
                        for _ in 0..<10 { try wakeProducers(kind, waiting, parked, supply) }
                    }
                }
            }
            try check(kind)
        }

        @Test(arguments: Kinds.all) func closingWakesEveryConsumer(kind: any TestKind.Type) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                for ending in [Ending.cancel, .fail, .finish] {
                    for _ in 0..<10 { try endConsumers(kind, ending) }
                }
            }
            try check(kind)
        }

        @Test(arguments: Kinds.all) func closingWakesEveryProducer(kind: any TestKind.Type) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                for ending in [Ending.cancel, .fail, .drain, .lastConsumer] {
                    for _ in 0..<10 { try endProducers(kind, ending) }
                }
            }
            try check(kind)
        }
    }
}

func wakeConsumers<K: TestKind>(
    _ kind: K.Type, _ waiting: WaitStrategy, _ parked: Int, _ supply: Supply
) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: 8, waiting: waiting)
    let together = Meeting(parked)
    let sum = Counter()
    let dog = Watchdog("\(parked) consumers of \(kind), \(waiting), \(supply)", watching: [queue.control])
    let work: @Sendable (inout Consumer<Int, K>) -> Void = { consumer in
        if let element = takeOne(&consumer, supply) {
            sum.add(element)
            together.meet()
        }
    }
    do {
        var producer = queue.takeProducer()
        var threads = Threads()
        do {
            let consumer = queue.takeConsumer()
            for _ in 1..<parked { threads.start(K.another(consumer)!, work) }
            threads.start(consumer, work)
            threads.waitUntilAsleep()
        }
        let elements = Array(1...parked)
        give(&producer, elements, supply)
        threads.join()
        #expect(producer.count == 0)
        #expect(sum.value == elements.reduce(0, +))
    }
    dog.stop()
}

private func giveOne<K: TestKind>(_ producer: inout Producer<Int, K>, _ element: Int, _ supply: Supply) -> Bool {
    if supply == .inPlace, let result = K.construct(&producer, { element }, { _ in }) { return result == .enqueued }
    return producer.enqueue(element).isEnqueued
}

private func takeOne<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ supply: Supply) -> Int? {
    if supply == .inPlace, let result = K.use(&consumer, { $0 }) { return result }
    return consumer.dequeue()
}

private func give<K: TestKind>(_ producer: inout Producer<Int, K>, _ elements: [Int], _ supply: Supply) {
    switch supply {
    case .singles:
        for element in elements { #expect(producer.tryEnqueue(element) == .enqueued) }
    case .inPlace:
        for element in elements { #expect(giveOne(&producer, element, supply)) }
    case .twoBursts:
        give(&producer, Array(elements.prefix(1)), .burst)
        give(&producer, Array(elements.dropFirst()), .burst)
    case .burst, .bulk:
        withOutputSpan(of: Int.self, capacity: elements.count) { span in
            for element in elements { span.append(element) }
            let bulk = supply == .bulk ? K.enqueueBulk(&producer, &span) : nil
            let result = bulk ?? producer.tryEnqueueBurst(moving: &span)
            #expect(result == .enqueued(elements.count))
        }
    }
}

func wakeProducers<K: TestKind>(
    _ kind: K.Type, _ waiting: WaitStrategy, _ parked: Int, _ supply: Supply
) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: parked, waiting: waiting)
    let together = Meeting(parked)
    let dog = Watchdog("\(parked) producers of \(kind), \(waiting), \(supply)", watching: [queue.control])
    let work: @Sendable (inout Producer<Int, K>) -> Void = { producer in
        if giveOne(&producer, 7, supply) { together.meet() }
    }
    do {
        var consumer = queue.takeConsumer()
        var threads = Threads()
        do {
            var producer = queue.takeProducer()
            for i in 0..<parked { #expect(producer.tryEnqueue(i) == .enqueued) }
            for _ in 1..<parked { threads.start(K.another(producer)!, work) }
            threads.start(producer, work)
            threads.waitUntilAsleep()
        }
        take(&consumer, parked, supply)
        threads.join()
        #expect(consumer.count == parked)
        for _ in 0..<parked { #expect(consumer.dequeue() == 7) }
    }
    dog.stop()
}

private func take<K: TestKind>(_ consumer: inout Consumer<Int, K>, _ many: Int, _ supply: Supply) {
    switch supply {
    case .singles:
        for _ in 0..<many { #expect(consumer.dequeue() != nil) }
    case .inPlace:
        for _ in 0..<many { #expect(takeOne(&consumer, supply) != nil) }
    case .twoBursts:
        take(&consumer, 1, .burst)
        take(&consumer, many - 1, .burst)
    case .burst, .bulk:
        withOutputSpan(of: Int.self, capacity: many) { span in
            let bulk = supply == .bulk ? K.dequeueBulk(&consumer, many, &span) : nil
            let result = bulk ?? consumer.tryDequeueBurst(into: &span)
            #expect(result == .dequeued(many))
        }
    }
}

private struct Reason: Error {}

/// Up to three consumers parked at an empty queue all see it end.
private func endConsumers<K: TestKind>(_ kind: K.Type, _ ending: Ending) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: 2, waiting: .park)
    let control = queue.control
    let ended = Counter()
    let dog = Watchdog("consumers of \(kind), \(ending)", watching: [control])
    do {
        let producer = queue.takeProducer()
        let consumer = queue.takeConsumer()
        let count = K.consumersCanBeCloned ? 3 : 1
        var threads = Threads()
        do {
            for _ in 1..<count {
                threads.start(K.another(consumer)!) { if $0.dequeue() == nil { ended.add() } }
            }
            threads.start(consumer) { if $0.dequeue() == nil { ended.add() } }
            threads.waitUntilAsleep()
            switch ending {
            case .fail: control.fail(Reason())
            case .finish: producer.finish()
            default: control.cancel()
            }
        }
        threads.join()
        #expect(ended.value == count)
    }
    dog.stop()
}

/// Up to three producers parked at a full queue all get their elements back.
private func endProducers<K: TestKind>(_ kind: K.Type, _ ending: Ending) throws {
    var queue = try Queue.make(of: Int.self, kind: kind, capacity: 1, waiting: .park)
    let control = queue.control
    let refused = Counter()
    let dog = Watchdog("producers of \(kind), \(ending)", watching: [control])
    do {
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        let count = K.producersCanBeCloned ? 3 : 1
        #expect(producer.tryEnqueue(0) == .enqueued)
        var threads = Threads()
        do {
            for i in 1..<count {
                threads.start(K.another(producer)!) {
                    if $0.enqueue(i) == .closed(i) { refused.add() }
                }
            }
            threads.start(producer) { if $0.enqueue(9) == .closed(9) { refused.add() } }
            threads.waitUntilAsleep()
            switch ending {
            case .fail: control.fail(Reason())
            case .drain: #expect(consumer.drain { _ in } == 1)
            case .lastConsumer: _ = consume consumer
            default: control.cancel()
            }
        }
        threads.join()
        #expect(refused.value == count)
    }
    dog.stop()
}
