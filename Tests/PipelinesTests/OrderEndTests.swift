import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// How a stage that preserves the order ends: after its last result, and when no stage wants its results.
@Suite(.watched) struct OrderEndTests {
    /// One worker ends while another is in the body of an element. Which of the two is the first worker is chance.
    @Test func noEndComesBeforeAResult() throws {
        for _ in 0..<40 {
            let hasEnded = Level()
            let got = Synchronization.Mutex<[Int]>([])
            try Pipeline("ends", capacity: 4)
                .source("count", of: Int.self) { emit in for n in 0..<2 { try emit(n) } }
                .flatMap(
                    "wide", of: Int.self, workers: 2, order: .preserve, state: {},
                    end: { _, emit in
                        try emit(-1)
                        hasEnded.rise()
                    },
                    body: { _, n, emit in
                        if n == 1 { hasEnded.wait() }
                        try emit(n)
                    }
                )
                .sink("take") { (n: Int) in got.withLock { $0.append(n) } }
                .run()
            #expect(got.withLock { $0 } == [0, 1, -1, -1])
        }
    }

    /// A stage that may retry collects the elements that a body emits, so no emit is refused: it learns of the refusal
    /// after the body.
    @Test(arguments: [1, 2]) func aStageThatMayTryAgainHearsOfARefusal(workers: Int) throws {
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        let consumer = queue.takeConsumer()
        let pipeline = Pipeline("refused", capacity: 4)
        pipeline.source("count", of: Int.self) { emit in for n in 0... { try emit(n) } }
            .map("same", workers: workers, order: .preserve, onError: .retry(1)) { (n: Int) in n }
            .into(queue.takeProducer())
        var threads = Threads()
        threads.start(consumer) { consumer in _ = consumer.dequeue() }
        let report = try pipeline.run()
        threads.join()
        #expect(report.outcome == .endedEarly(stage: "same") && report.brokenLaw == nil)
    }

    /// Elements that the workers emit at their ends follow the whole stream, by worker.
    @Test(arguments: [1, 3], [1, 64, 65, 300]) func theEndsComeLastAndByWorker(workers: Int, each: Int) throws {
        let got = Synchronization.Mutex<[Int]>([])
        let number = Counter()
        let report = try OrderTests.count(Pipeline("ends", capacity: 4), to: 100)
            .flatMap(
                "wide", of: Int.self, workers: workers, order: .preserve, state: { number.add() },
                end: { me, emit in for k in 0..<each { try emit(1000 * me + k) } },
                body: { _, n, emit in try emit(n) }
            )
            .sink("take") { (n: Int) in got.withLock { $0.append(n) } }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil)
        let all = got.withLock { $0 }
        #expect(all.prefix(100).elementsEqual(0..<100) && all.count == 100 + workers * each)
        // The states have numbers as they were made; what matters is that each comes whole.
        for worker in 0..<workers {
            let part = all.dropFirst(100 + worker * each).prefix(each)
            #expect(part.first.map { part.elementsEqual($0..<$0 + each) } == true)
        }
    }

    /// The stage ends in the middle of a stream without end, and its end emits more than an outbox holds.
    @Test(arguments: [1, 3]) func aStageThatHasSeenEnoughEmitsAtItsEnd(workers: Int) throws {
        let got = Synchronization.Mutex<[Int]>([])
        var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
        let producer = queue.takeProducer()
        let isOver = Level()
        let pipeline = Pipeline("enough", capacity: 4)
        pipeline.source("in", from: queue.takeConsumer())
            .flatMap(
                "wide", of: Int.self, workers: workers, order: .preserve, state: {},
                end: { _, emit in for _ in 0..<200 { try emit(-1) } },
                body: { _, n, emit in
                    try emit(n)
                    if n == 5 { throw EndOfStage() }
                }
            )
            .sink("take") { (n: Int) in got.withLock { $0.append(n) } }
        var threads = Threads()
        threads.start(producer) { producer in
            for n in 0..<6 { _ = producer.enqueue(n) }
            isOver.wait()
        }
        let report = try pipeline.run()
        isOver.rise()
        threads.join()
        #expect(report.outcome == .endedEarly(stage: "wide") && report.brokenLaw == nil)
        #expect(got.withLock { $0 } == Array(0..<6) + Array(repeating: -1, count: 200 * workers))
    }
}
