import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// How a stage that preserves the order ends: after its last result, and when nobody wants its results.
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

    /// A stage that may try again collects what a body emits, so no emit is refused: it hears of it when the body is done.
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
}
