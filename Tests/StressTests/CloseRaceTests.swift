import RingQueues
import MutexQueues
import TestSupport
import Testing

extension Stress {
    @Suite struct CloseRaceTests {
        /// Live producers and consumers against every way to close: each element is delivered, drained or refused,
        /// once. `RINGQUEUES_RACES` says how many races a kind runs.
        @Test(arguments: Kinds.all) func everyElementOnce(kind: any TestKind.Type) throws {
            try CloseRaceTests.specialised[ObjectIdentifier(kind)]!()
        }

        /// A producer that continues after the close against consumers that continue to drain: a refused element may
        /// have been in its slot for a moment, and must not be seen there.
        @Test(arguments: Kinds.all) func refusedElementIsNeverDelivered(kind: any TestKind.Type) throws {
            func check<K: TestKind>(_ kind: K.Type) throws {
                let tally = Tally()
                var queue = try Queue.make(of: Token.self, kind: kind, capacity: 4)
                let dog = Watchdog("refused by \(kind)", watching: [queue.control])
                let enqueued = Counter()
                let producing = Counter()
                var consumer = queue.takeConsumer()
                queue.control.cancel()
                var threads = Threads()
                threads.start(queue.takeProducer()) { producer in
                    for i in 0..<50_000 where producer.tryEnqueue(Token(i, tally)).isEnqueued { enqueued.add() }
                    producing.add()
                }
                var delivered = 0
                while producing.value == 0 { delivered += consumer.drain { _ in } }
                threads.join()
                #expect(enqueued.value == 0 && delivered == 0)
                #expect(tally.alive == 0)
                dog.stop()
            }
            try check(kind)
        }

        /// Named one by one, so that the optimizer sees each kind as a program does.
        private static let specialised: [ObjectIdentifier: @Sendable () throws -> Void] = [
            ObjectIdentifier(SPSC.self): { try races(SPSC.self) },
            ObjectIdentifier(MPSC.self): { try races(MPSC.self) },
            ObjectIdentifier(SPMC.self): { try races(SPMC.self) },
            ObjectIdentifier(MPMC.self): { try races(MPMC.self) },
            ObjectIdentifier(ConcurrencyKitSPSC.self): { try races(ConcurrencyKitSPSC.self) },
            ObjectIdentifier(ConcurrencyKitMPSC.self): { try races(ConcurrencyKitMPSC.self) },
            ObjectIdentifier(ConcurrencyKitSPMC.self): { try races(ConcurrencyKitSPMC.self) },
            ObjectIdentifier(ConcurrencyKitMPMC.self): { try races(ConcurrencyKitMPMC.self) },
            ObjectIdentifier(MutexMPMC.self): { try races(MutexMPMC.self) },
        ]
    }
}

/// Most races go to the shape with two threads, which two cores can run together, and to small elements: the others are
/// there for faults that these cannot show, and take longer.
private func races<K: TestKind>(_ kind: K.Type) throws {
    let total = Settings.races
    let shapes = Shape.all(for: kind)
    let share = total / 40
    try races(kind, Token.self, shapes[0], total - share * (2 * shapes.count - 1))
    try races(kind, Cargo.self, shapes[0], share)
    for shape in shapes.dropFirst() {
        try races(kind, Token.self, shape, share)
        try races(kind, Cargo.self, shape, share)
    }
}

private func races<K: TestKind, E: Racing & ~Copyable>(
    _ kind: K.Type, _ element: E.Type, _ shape: Shape, _ count: Int
) throws {
    let seed = Settings.seed
    let dog = Watchdog("close races of \(kind), \(element), \(shape), seed \(seed)")
    if let wrong = try CloseRace<K, E>(shape).run(count, seed: seed, dog.watch) { Issue.record("\(wrong)") }
    dog.stop()
}
