import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// What an inline transform throws, its stage's body has thrown.
@Suite(.watched) struct InlineErrorTests {
    /// Where it is thrown: in the stage's body, or in a transform after it.
    enum Thrower: CaseIterable { case body, map, filter, compactMap, flatMap, afterFlatMap }

    /// The same flow, with a transform that calls `fails`.
    private static func attach<Width: FlowWidth>(
        _ thrower: Thrower, to flow: consuming Flow<Int, Width, RingKinds>,
        _ fails: @escaping @Sendable (Int) throws -> Void
    ) -> Flow<Int, Width, RingKinds> {
        switch thrower {
        case .body: flow.map { $0 }
        case .map:
            flow.map { i in
                try fails(i)
                return i
            }
        case .filter:
            flow.map { $0 }.filter { i in
                try fails(i)
                return true
            }
        case .compactMap:
            flow.compactMap { i in
                try fails(i)
                return i
            }
            .map { $0 }
        case .flatMap:
            flow.flatMap(of: Int.self) { i, emit in
                try fails(i)
                try emit(i)
            }
        case .afterFlatMap:
            flow.flatMap(of: Int.self) { i, emit in try emit(i) }.map { i in
                try fails(i)
                return i
            }
        }
    }

    /// Every rule of every kind of stage: the account is the same wherever it is thrown.
    @Test(arguments: Thrower.allCases, ["one", "workers", "ordered"])
    func itsStageDoesWhatItsRuleSays(thrower: Thrower, kind: String) throws {
        for rule in ["fail", "skip", "retry", "retry, then skip", "dead letter", "end"] {
            let calls = Counter()
            let fails: @Sendable (Int) throws -> Void = { i in
                guard i == 10 else { return }
                if rule == "end" { throw EndOfStage() }
                if calls.add() <= 2 || rule != "retry" { throw Fault(at: i) }
            }
            var letters = try Queue.make(of: DeadLetter<Int>.self, kind: SPSC.self, capacity: 100)
            var graves = letters.takeConsumer()
            let onError: OnError<Int> =
                switch rule {
                case "skip": .skip
                case "retry": .retry(3)
                case "retry, then skip": .retry(3, then: .skip)
                case "dead letter": .deadLetter(letters.takeProducer())
                default: .fail
                }
            let pipeline = Pipeline(rule, capacity: 4)
            let seen = Mutex<[Int]>([])
            let flow = pipeline.source("make", of: Int.self) { emit in for i in 0..<20 { try emit(i) } }
            let body: @Sendable (Int) throws -> Int = { i in
                if thrower == .body { try fails(i) }
                return i
            }
            let take: @Sendable (Int) -> Void = { i in seen.withLock { $0.append(i) } }
            if kind == "one" {
                Self.attach(thrower, to: flow.map("work", onError: onError) { try body($0) }, fails)
                    .sink("take") { take($0) }
            } else {
                let order: StageOrder = kind == "ordered" ? .preserve : .unordered
                Self.attach(
                    thrower, to: flow.map("work", workers: 2, order: order, onError: onError) { try body($0) }, fails
                )
                .sink("take") { take($0) }
            }
            let result = Result { try pipeline.run() }
            let report = pipeline.snapshot()
            let work = report.stages[1]
            #expect(report.brokenLaw == nil, "\(rule): \(report)")
            let others = Array(0..<10) + Array(11..<20)
            let got = kind == "workers" ? seen.withLock { $0.sorted() } : seen.withLock { $0 }
            switch rule {
            case "fail":
                let failure = #expect(throws: PipelineFailure.self) { try result.get() }
                #expect(failure?.error as? Fault == Fault(at: 10) && failure?.stage == "work")
                // What the siblings had in their bodies is refused then.
                #expect(kind == "one" ? work.failed == 1 : work.failed >= 1)
            case "end":
                #expect(report.outcome == .endedEarly(stage: "work"))
            case "skip":
                #expect(work.skipped == 1 && work.completed == 19 && got == others)
            case "retry":
                #expect(work.retried == 2 && work.completed == 20 && got == Array(0..<20))
            case "retry, then skip":
                #expect(work.retried == 3 && work.skipped == 1 && got == others)
            default:
                #expect(work.deadLettered == 1 && got == others)
                let letter = graves.tryDequeue().element()
                #expect(letter?.element == 10 && letter?.error as? Fault == Fault(at: 10) && letter?.stage == "work")
            }
            if rule == "skip" || rule == "retry" || rule == "dead letter" { #expect(report.outcome == .finished) }
        }
    }

    /// Stages without a rule fail the pipeline.
    @Test(arguments: ["source", "queue", "batch", "end"]) func aStageWithoutARuleFails(kind: String) throws {
        let pipeline = Pipeline(kind)
        let fail: @Sendable (Int) throws -> Int = { i in if i == 5 { throw Fault(at: i) } else { i } }
        let flow = pipeline.source("make", of: Int.self) { emit in for i in 0..<20 { try emit(i) } }
        let stage: String
        switch kind {
        case "source":
            flow.map { try fail($0) }.sink("take") { _ in }
            stage = "make"
        case "queue":
            var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 4)
            flow.into(queue.takeProducer())
            pipeline.source("again", from: queue.takeConsumer()).map { try fail($0) }.sink("take") { _ in }
            stage = "again"
        case "batch":
            flow.batch("gather", max: 3).map { try fail($0[0] + 2) }.sink("take") { _ in }
            stage = "gather"
        default:
            flow.flatMap("gather", of: Int.self, workers: 2, state: { 0 }, end: { _, emit in try emit(5) }) { _, _, _ in
            }
            .map { try fail($0) }.sink("take") { _ in }
            stage = "gather"
        }
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(failure?.error as? Fault == Fault(at: 5) && failure?.stage == stage)
        #expect(failure?.report.brokenLaw == nil && failure?.report.outcome == .failed(stage: stage))
    }

    /// A body that catches what its emit throws has handled the error, at this element and for later ones.
    @Test func aBodyMayCatchIt() throws {
        let taken = Counter()
        var letters = try Queue.make(of: DeadLetter<Int>.self, kind: SPSC.self, capacity: 1)
        var graves = letters.takeConsumer()
        let pipeline = Pipeline("caught")
        let report =
            try pipeline
            .source("make", of: Int.self) { emit in for i in 0..<10 { try emit(i) } }
            .flatMap("work", of: Int.self, onError: .deadLetter(letters.takeProducer())) { i, emit in
                do { try emit(i) } catch { #expect(i == 3) }
                // The error of a queue that the body uses, not of the transform.
                if i == 4 { throw QueueClosed() }
            }
            .map { i in if i == 3 { throw Fault(at: i) } else { i } }
            .sink("take") { (_: Int) in taken.add() }
            .run()
        #expect(report.outcome == .finished && report.brokenLaw == nil && taken.value == 9)
        #expect(report.stages[1].completed == 9 && graves.tryDequeue().element()?.error is QueueClosed)
        // A source as well, which later throws an error of the same type.
        let source = Pipeline("caught in a source")
        source.source("make", of: Int.self) { emit in
            for i in 0..<10 { try? emit(i) }
            throw QueueClosed()
        }
        .map { i in if i == 3 { throw Fault(at: i) } else { i } }
        .sink("take") { (_: Int) in }
        let failure = #expect(throws: PipelineFailure.self) { try source.run() }
        #expect(failure?.error is QueueClosed && failure?.stage == "make" && failure?.report.stages[0].emitted == 9)
    }

    /// What waited for its turn fails the stage, whatever its rule: the rule is for an element that is in the body.
    @Test(arguments: [false, true]) func aBranchAfterAnOrderedStageFailsIt(atEnd: Bool) throws {
        let (goesOn, ended) = (Level(), Level())
        let pipeline = Pipeline("branches")
        pipeline.source("make", of: Int.self) { emit in for i in 0..<3 { try emit(i) } }
            .flatMap(
                "work", of: Int.self, workers: 3, order: .preserve, onError: .skip, state: { 0 },
                end: { state, emit in
                    // All are at their end: the first one's turn comes last.
                    if atEnd { try emit(7) }
                    ended.rise()
                }
            ) { _, i, emit in
                // The next ones are in their outboxes by then.
                if i == 0 { goesOn.wait(for: 2) } else { goesOn.rise() }
                if !atEnd { try emit(i) }
            }
            .broadcast(
                { $0.map { i in if i == (atEnd ? 7 : 2) { throw Fault(at: i) } else { i } }.sink("left") { _ in } },
                { $0.sink("right") { _ in } })
        let failure = #expect(throws: PipelineFailure.self) { try pipeline.run() }
        #expect(failure?.error as? Fault == Fault(at: atEnd ? 7 : 2) && failure?.stage == "work")
        #expect(failure?.report.brokenLaw == nil)
    }
}
