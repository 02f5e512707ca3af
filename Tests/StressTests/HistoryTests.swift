import CTestSupport
import MutexQueues
import RingQueues
import TestSupport
import Testing

extension Stress {
    /// Recorded histories are those of a bounded first-in-first-out queue.
    @Suite struct HistoryTests {
        @Test(arguments: Kinds.all)
        func aQueueCanHaveDoneIt(kind: any TestKind.Type) throws {
            func run<K: TestKind>(_ kind: K.Type) throws {
                #expect(ts_catch_interruptions(20_000))
                let dog = Watchdog("histories of \(kind)")
                let producers = K.producersCanBeCloned ? 2 : 1
                let consumers = K.consumersCanBeCloned ? 2 : 1
                // What the documentation of the kinds says of their answers.
                let isExact = K.self == SPSC.self || K.self == ConcurrencyKitSPSC.self || K.self == MutexMPMC.self
                let capacities = [1, 3, 7, 1023]
                var (calls, fulls, empties) = (0, 0, 0)
                let interruptions = ts_interruptions()
                let rounds = max(1, Settings.historyOperations / (2 * capacities.count * roundSize))
                for round in 0..<rounds {
                    for capacity in capacities {
                        for storms in [false, true] {
                            let plan = HistoryPlan(
                                producers: producers, consumers: consumers, capacity: capacity,
                                each: roundSize / 2 / producers / (storms || capacity < 8 ? 4 : 1),
                                seed: Settings.seed &+ UInt64(round), storms: storms)
                            let history = try plan.write(kind, dog.watch)
                            calls += history.calls
                            fulls += history.fulls.count
                            empties += history.empties.count
                            if let wrong = history.verdict(capacity: capacity, isExact: isExact) {
                                Issue.record("\(kind) \(plan): \(wrong)")
                            }
                        }
                    }
                }
                // Otherwise half of the checks had nothing to find.
                #expect(fulls > 0 && empties > 0 && ts_interruptions() > interruptions)
                dog.stop()
                print("figure: \(calls) calls recorded, and a queue can have done them")
            }
            try run(kind)
        }

        /// Calls of a round, about.
        private var roundSize: Int { 40_000 }
    }
}

/// The checker notices each way in which a history can be wrong.
@Suite struct HistoryVerdictTests {
    private func history(_ enqueues: [(Int, Int)?], _ dequeues: [(Int, Int)?]) -> History {
        var history = History(values: enqueues.count)
        for (value, span) in enqueues.enumerated() {
            history.enqueues[value] = span.map { History.Span(began: $0.0, ended: $0.1) }
        }
        for (value, span) in dequeues.enumerated() {
            history.dequeues[value] = span.map { History.Span(began: $0.0, ended: $0.1) }
        }
        return history
    }

    @Test func aQueueIsRight() {
        var right = history([(1, 2), (3, 6)], [(4, 5), (7, 8)])
        right.empties = [History.Span(began: 5, ended: 7), History.Span(began: 0, ended: 2)]
        right.fulls = [History.Span(began: 2, ended: 4)]
        #expect(right.verdict(capacity: 1, isExact: true) == nil)
        // Both were on their way in at once, so either may be the first.
        #expect(history([(1, 4), (2, 3)], [(7, 8), (5, 6)]).verdict(capacity: 2, isExact: true) == nil)
    }

    @Test func nothingComesFromNowhereOrTwiceOrNever() {
        #expect(history([nil], [(1, 2)]).verdict(capacity: 1, isExact: true) != nil)
        #expect(history([(3, 4)], [(1, 2)]).verdict(capacity: 1, isExact: true) != nil)
        #expect(history([(1, 2)], [nil]).verdict(capacity: 1, isExact: true) != nil)
        var twice = history([(1, 2)], [(3, 4)])
        twice.repeated = 0
        #expect(twice.verdict(capacity: 1, isExact: true) != nil)
    }

    @Test func theOrderIsKept() {
        #expect(history([(1, 2), (3, 4)], [(7, 8), (5, 6)]).verdict(capacity: 2, isExact: true) != nil)
    }

    @Test func emptyAndFullWereSo() {
        var wrong = history([(1, 2), (3, 4)], [(9, 10), (11, 12)])
        wrong.empties = [History.Span(began: 5, ended: 6)]
        #expect(wrong.verdict(capacity: 2, isExact: true) != nil)
        #expect(wrong.verdict(capacity: 2, isExact: false) != nil)
        // Another element was on its way in.
        wrong.enqueues[1] = History.Span(began: 3, ended: 8)
        #expect(wrong.verdict(capacity: 2, isExact: true) != nil)
        #expect(wrong.verdict(capacity: 2, isExact: false) == nil)
        wrong.empties = []
        wrong.fulls = [History.Span(began: 5, ended: 6)]
        #expect(wrong.verdict(capacity: 2, isExact: true) == nil)
        #expect(wrong.verdict(capacity: 3, isExact: true) != nil)
        #expect(wrong.verdict(capacity: 3, isExact: false) != nil)
        // An element was on its way out, and holds its slot until it has gone.
        wrong.dequeues[0] = History.Span(began: 4, ended: 10)
        #expect(wrong.verdict(capacity: 3, isExact: false) == nil)
    }

    /// Values that stay one after the other leave no moment without any.
    @Test func staysThatOverlapAreOne() {
        var wrong = history([(1, 2), (4, 5)], [(6, 7), (10, 11)])
        wrong.empties = [History.Span(began: 3, ended: 9)]
        #expect(wrong.verdict(capacity: 2, isExact: true) != nil)
    }
}
