import RingQueues

/// Detects that nothing has moved from one check to the next, once for each quiet time.
package struct Quiet {
    private var seen: Int
    private var isTold = false

    /// - Parameter moves: everything that has moved so far.
    package init(_ moves: Int) { seen = moves }

    /// Checks again.
    ///
    /// - Parameter moves: everything that has moved so far.
    /// - Returns: whether nothing has moved since the last check, unless this quiet time was already reported.
    package mutating func begins(_ moves: Int) -> Bool {
        let isQuiet = moves == seen
        defer { (seen, isTold) = (moves, isQuiet) }
        return isQuiet && !isTold
    }
}

extension PipelineCore {
    func onQuiet(_ time: Duration, _ action: @escaping @Sendable (PipelineCore) -> Void) {
        state.withLock { state in
            require(!state.life.hasBegun, "onQuiet was called for a pipeline that has been run: nothing would watch it")
            state.watchers.append((time, action))
        }
    }

    /// Starts a thread that repeatedly checks whether nothing has moved. It ends when `run()` is about to return.
    func watch(_ time: Duration, _ action: @escaping @Sendable (PipelineCore) -> Void) throws(StageError) {
        let thread = try StageThread(
            name: "watch",
            ClosureWork { [self] in
                let thread = JoinGraph.current
                state.withLock { $0.watchThreads.append(thread) }
                var quiet = Quiet(moves)
                while !released.wait(until: .after(time)) {
                    if quiet.begins(moves) { action(self) }
                }
            })
        state.withLock { $0.watching.append(thread) }
    }

    /// The sum of everything that the workers have counted. It stays the same if nothing has moved.
    private var moves: Int {
        let (stages, edges) = accounts
        return stages.reduce(0) { $0 &+ $1.moves } &+ edges.reduce(0) { $0 &+ $1.enqueued &+ $1.left }
    }
}

private final class ClosureWork: StageWork {
    private let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
    override func run() { body() }
}
