import Glibc
import Pipelines
import Synchronization
import TestSupport

private struct Fault: Error, Equatable {
    var at = 0
}

/// A small pipeline from a seed, and the event that ends it.
final class Teardown: Sendable {
    enum Shape: CaseIterable { case direct, parallel, ordered, broadcast, partition, merge, batch }

    enum Ending: CaseIterable {
        case ends, throwsError, leaves, cancelsInBody, isCancelled, neverStarts
        var isAtAnElement: Bool { [.throwsError, .leaves, .cancelsInBody].contains(self) }
    }

    private let shape: Shape
    private let ending: Ending
    /// Elements of all sources together.
    private let elements: Int
    /// Where it ends: a stage, and an element in it.
    private let stage: String
    private let element: Int
    /// How many rounds another thread makes before it cancels.
    private let rounds: Int
    private let pipeline: Pipeline
    private let tally = Tally()
    private let undelivered = Counter()
    private let arrived = Counter()

    init(_ seed: UInt64) {
        var random = Seeded(seed)
        shape = Shape.allCases[random.below(Shape.allCases.count)]
        elements = random.below(4) == 0 ? random.below(4) : random.below(60)
        let some = Ending.allCases[random.below(Ending.allCases.count)]
        ending = some.isAtAnElement && elements == 0 ? .ends : some
        let place = shape.stages[random.below(shape.stages.count)]
        element = random.below(max(elements, 1))
        stage = shape != .merge || place == "take" ? place : element < elements / 2 ? "make" : "more"
        rounds = random.below(random.below(2) == 0 ? 50 : 3000)
        pipeline = Pipeline("\(shape), \(ending)", capacity: 1 + random.below(8))
        build()
    }

    /// Returns the fault, if there is one.
    func run() -> String? {
        if ending == .neverStarts { pipeline.cancel() }
        var threads = Threads()
        if ending == .isCancelled {
            threads.start { [self] in
                for _ in 0..<rounds { sched_yield() }
                pipeline.cancel()
            }
        }
        var report = pipeline.snapshot()
        var fault: Fault?
        do {
            report = try pipeline.run()
        } catch let failure as PipelineFailure {
            report = failure.report
            fault = failure.error as? Fault
            if fault == nil || failure.stage != stage { return "\(failure)" }
        } catch { return "\(error)" }
        threads.join()
        return wrong(in: report, fault)
    }

    private func wrong(in report: PipelineReport, _ fault: Fault?) -> String? {
        if let law = report.brokenLaw { return law }
        for stage in report.stages {
            let left = report.edges.filter { $0.to == stage.name }.reduce(0) { $0 + $1.dequeued }
            if stage.taken != left { return "\(left) left for '\(stage.name)':\n\(report)" }
        }
        if tally.alive != 0 { return "\(tally.alive) of \(tally.created) elements are left" }
        let turned = report.edges.reduce(0) { $0 + $1.undelivered }
        if undelivered.value != turned { return "\(undelivered.value) undelivered:\n\(report)" }
        let isRight =
            switch ending {
            case .ends: report.outcome == .finished
            case .throwsError: report.outcome == .failed(stage: stage) && fault == Fault(at: element)
            case .leaves: report.outcome == .endedEarly(stage: stage)
            case .cancelsInBody: report.outcome == .cancelled
            case .isCancelled: report.outcome == .cancelled || report.outcome == .finished
            case .neverStarts: report.outcome == .cancelled && tally.created == 0
            }
        if !isRight { return "\(fault.map { "\($0) " } ?? "")\(report)" }
        let all = elements * (shape == .broadcast ? 2 : 1)
        if report.outcome == .finished && arrived.value != all { return "\(arrived.value) arrived of \(all)" }
        return nil
    }

    /// A body's work on an element.
    private func meet(_ id: Int, in stage: String) throws {
        guard id == element, stage == self.stage else { return }
        switch ending {
        case .throwsError: throw Fault(at: id)
        case .leaves: throw EndOfStage()
        case .cancelsInBody: pipeline.cancel()
        case .ends, .isCancelled, .neverStarts: break
        }
    }
}

extension Teardown: CustomStringConvertible {
    var description: String {
        "\(shape), \(ending) at \(element) of \(elements) in '\(stage)' or after \(rounds) rounds"
    }
}

extension Teardown.Shape {
    /// The stages whose bodies get an element.
    fileprivate var stages: [String] {
        switch self {
        case .direct, .batch: ["make", "take"]
        case .parallel, .ordered: ["make", "pass", "take"]
        case .broadcast: ["make", "pass", "left", "right"]
        case .partition: ["make", "take"]
        case .merge: ["make", "more", "take"]
        }
    }
}

/// The stages.
extension Teardown {
    private func build() {
        let back: @Sendable (consuming sending Token) -> Void = { [undelivered] _ in undelivered.add() }
        switch shape {
        case .direct: source().sink("take", undelivered: back, body: take("take"))
        case .parallel: pass(.unordered).sink("take", undelivered: back, body: take("take"))
        case .ordered: pass(.preserve(window: 3)).sink("take", undelivered: back, body: take("take"))
        case .partition:
            source().partition { $0.id }.sink("take", workers: 3, undelivered: back, body: take("take"))
        case .merge:
            let half = elements / 2
            source("make", from: 0, to: half).merge(source("more", from: half, to: elements))
                .sink("take", undelivered: back, body: take("take"))
        case .broadcast: broadcast()
        case .batch: batch()
        }
    }

    private func source(
        _ name: String = "make", from first: Int = 0, to end: Int? = nil
    ) -> Flow<Token, SingleWorker, RingKinds> {
        pipeline.source(name, of: Token.self) { [self] emit in
            for i in first..<(end ?? elements) {
                try meet(i, in: name)
                try emit(Token(i, tally))
            }
        }
    }

    private func pass(_ order: StageOrder) -> Flow<Token, MultiWorker, RingKinds> {
        source().map("pass", workers: 3, order: order, undelivered: { [undelivered] _ in undelivered.add() }) {
            [self] (token: consuming Token) throws -> Token in
            try meet(token.id, in: "pass")
            return token
        }
    }

    private func take(_ name: String) -> @Sendable (consuming sending Token) throws -> Void {
        { [self] token in
            try meet(token.id, in: name)
            arrived.add()
        }
    }

    private func witnesses() -> Flow<Witness, SingleWorker, RingKinds> {
        pipeline.source("make", of: Witness.self) { [self] emit in
            for i in 0..<elements {
                try meet(i, in: "make")
                try emit(Witness(i, tally))
            }
        }
    }

    private func broadcast() {
        let back: @Sendable (consuming sending Witness) -> Void = { [undelivered] _ in undelivered.add() }
        let take: (String) -> @Sendable (consuming sending Witness) throws -> Void = { name in
            { [self] witness in
                try meet(witness.id, in: name)
                arrived.add()
            }
        }
        witnesses()
            .broadcast(
                { $0.sink("left", undelivered: back, body: take("left")) },
                {
                    $0.map("pass", workers: 2, undelivered: back) { [self] (witness: Witness) throws -> Witness in
                        try meet(witness.id, in: "pass")
                        return witness
                    }
                    .sink("right", undelivered: back, body: take("right"))
                })
    }

    private func batch() {
        witnesses()
            .batch("gather", max: 1 + element % 5, undelivered: { [undelivered] _ in undelivered.add() })
            .sink("take", undelivered: { [undelivered] _ in undelivered.add() }) { [self] (batch: [Witness]) in
                for witness in batch { try meet(witness.id, in: "take") }
                arrived.add(batch.count)
            }
    }
}
