// Every call of a pipeline that is written fluently.
import Pipelines
import RingQueues

struct Oops: Error {}

func flows() throws {
    let pipeline = Pipeline("p", capacity: 8, inFlight: 100, waiting: .park)
    pipeline.source("s", of: Int.self) { emit in for n in 0..<10 { try emit(n) } }
        .map("double") { $0 * 2 }
        .map("wide", workers: 2) { $0 + 1 }
        .map("ordered", workers: 2, order: .preserve) { n in n + 1 }
        .map("window", workers: 2, order: .preserve(window: 8)) { n in n + 1 }
        .filter("even") { $0 % 2 == 0 }
        .filter("small", workers: 2) { $0 < 5 }
        .tap { print($0) }
        .flatMap("twice") { n, emit in
            try emit(n)
            try emit(n)
        }
        .flatMap("of", of: String.self, workers: 2) { n, emit in try emit("\(n)") }
        .flatMap("state", of: Int.self, workers: 2, state: { 0 }, end: { sum, emit in try emit(sum) }) {
            sum, text, emit in
            sum += text.count
        }
        .batch("b", max: 3)
        .map("sum") { $0.reduce(0, +) }
        .batch("c", max: 3, within: .milliseconds(10))
        .sink("k") { print($0) }
    let report = try pipeline.run()
    print(report)
}
func sinks() throws {
    let p = Pipeline("p")
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", workers: 2) { print($0) }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", workers: 2, state: { 0 }) { sum, n in sum += n }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", state: { 0 }, end: { print($0) }) { sum, n in sum += n
    }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", undelivered: { print($0) }) { print($0) }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", onError: .skip) { _ in throw Oops() }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink("k", onError: .retry(3)) { _ in throw Oops() }
    p.source("s", of: Int.self) { emit in try emit(1) }.sink(
        "k", options: StageOptions(stackBytes: 1 << 20, processors: [0], capacity: 4, whenFull: .refuse)
    ) { _ in }
    try p.run()
}
func branches() throws {
    let p = Pipeline("p")
    let a = p.source("a", of: Int.self) { emit in try emit(1) }
    let b = p.source("b", of: Int.self) { emit in try emit(1) }
    a.merge(b).partition { $0 % 4 }.sink("k", workers: 4) { print($0) }
    p.source("c", of: Int.self) { emit in try emit(1) }
        .broadcast({ $0.sink("x") { print($0) } }, { $0.map("y") { "\($0)" }.sink("z") { print($0) } })
    p.source("d", of: Int.self) { emit in try emit(1) }
        .broadcast((0..<3).map { i in { $0.sink("x\(i)") { print($0) } } })
    p.source("e", of: String.self) { emit in try emit("e") }.partition(by: { $0.count }).map("m", workers: 2) {
        $0.count
    }.sink("n") { print($0) }
    p.onStop { print("stop") }
    p.onQuiet(.seconds(1)) { print($0) }
    do { try p.run() } catch let failure as PipelineFailure { print(failure.stage, failure.error, failure.report) }
    print(p.explain(), p.snapshot(), p.shutdown(until: .after(.seconds(1))))
    p.cancel()
    p.fail(Oops())
}
func rules() throws {
    let rules: [OnError<Int>] = [
        .fail, .skip, .retry(3), .retry(3, then: .skip), .retry(3, backoff: .milliseconds(10)),
        .retry(3, backoff: .milliseconds(10), doublingUpTo: .seconds(1)),
        .retry(3, backoff: .milliseconds(10), doublingUpTo: .seconds(1), then: .skip),
    ]
    for rule in rules {
        try Pipeline("p").source("s", of: Int.self) { emit in try emit(1) }
            .map("a", onError: rule) { $0 }
            .map("b", workers: 2, onError: rule) { $0 }
            .filter("c", onError: rule) { $0 > 0 }
            .flatMap("d", of: Int.self, workers: 2, order: .preserve, onError: rule) { n, emit in try emit(n) }
            .sink("e", onError: rule) { _ in throw EndOfStage() }
            .run()
    }
}

func reported(_ report: PipelineReport) {
    switch report.outcome {
    case .finished, .cancelled, .running: break
    case .endedEarly(let stage): print(stage)
    case .failed(let stage): print(stage)
    case .abandoned(let stages): print(stages)
    }
    for stage in report.stages { print(stage.name, stage.workers, stage.completed, stage.failed, stage.retried) }
    for edge in report.edges { print(edge.blockedOnEmpty, edge.blockedOnFull) }
    print(report.brokenLaw ?? "", report)
}
