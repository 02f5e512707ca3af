import CPeers
import Pipelines

/// `stages`: shape `pipeline` by the package's own pipeline, whose bodies get one element each.
struct Stages {
    let work: Work

    func run<P: Payload>(_ payload: P.Type) throws -> Result? {
        guard work.shape == .pipeline && work.wait == .block else { return nil }
        let crew = Crew(size: 1)
        crew.thread(0) { [work] in
            let account = Account()
            let pipeline = Pipeline("peers", capacity: work.capacity)
            pipeline
                .source("produce", of: P.self, options: work.options(0...0)) { emit in
                    account.began = .now
                    repeat {
                        try emit(P(account.made))
                        account.made += 1
                    } while !crew.isOver
                }
                .map("pass", workers: Work.intermediaries, options: work.options(1...Work.intermediaries)) {
                    (element: P) in
                    Clock.work(work.workNanoseconds)
                    return element
                }
                .sink(
                    "collect", options: work.options(1 + Work.intermediaries...1 + Work.intermediaries),
                    state: { Part() }, end: { account.collected = $0 }, body: { $0.enter($1) })
            let isSound = (try? pipeline.run())?.outcome == .finished
            var part = account.collected
            part.made = Tally(of: 0, count: account.made)
            part.isSound = part.isSound && isSound
            part.began = account.began
            return part
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result()
    }

    /// Results that the first and the last stage leave.
    private final class Account: @unchecked Sendable {
        // SAFETY: each property is used by one stage, and read when the threads of all have been joined.
        var began: Stamp?
        var made = 0
        var collected = Part()
    }
}

extension Work {
    /// Threads of one stage may be tied to several processors, but not each to its own.
    fileprivate func options(_ ordinals: ClosedRange<Int>) -> StageOptions {
        StageOptions(processors: pins ? ordinals.map { Int(peers_processor(Int32($0))) } : nil)
    }
}
