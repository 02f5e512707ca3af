import RingQueues

/// Calls that say which stage waits for which.
extension Pipeline {
    /// Says what the workers of each stage are doing, and since when.
    ///
    ///     resize ×3 waiting to enqueue to store (full 1024/1024) since 2.1 s; store waiting in its body since 2.1 s
    ///
    /// Use it when a pipeline does not move. It stops nothing, and may be called at any time.
    public func explain() -> String { core.explain(name) }

    /// Calls `body` with the text of ``explain()`` when nothing has moved in the whole pipeline for `quiet`.
    ///
    /// It is called once for each quiet time: again only after something has moved. It costs the workers nothing: a thread
    /// reads the numbers that they count anyway.
    /// - Parameters:
    ///   - quiet: how long nothing must move. The call comes after one to two times this duration.
    ///   - body: runs on its own thread, which ``run()`` joins. It may stop the pipeline. It may also be called while
    ///     the last stage ends.
    /// - Precondition: `quiet` is more than zero, and the pipeline was not run.
    public func onQuiet(_ quiet: Duration, _ body: @escaping @Sendable (String) -> Void) {
        require(quiet > .zero, "the quiet time must be more than zero, got \(quiet)")
        // The closure does not capture the pipeline, which holds this action.
        core.onQuiet(quiet) { [name] core in body(core.explain(name)) }
    }
}

extension PipelineCore {
    fileprivate func explain(_ name: String) -> String {
        let (stages, edges) = accounts
        let now = Platform.nanoseconds
        let lines = stages.flatMap { $0.explained(edges, now) }
        return lines.isEmpty ? "\(name) was not started" : lines.joined(separator: "; ")
    }
}

extension StageAccount {
    fileprivate func explained(_ edges: [Edge], _ now: Int64) -> [String] {
        var groups: [(what: Int, since: Int, count: Int)] = []
        let workers = workers
        for worker in workers {
            let (what, since) = (worker.meter[StageCell.activity], worker.meter[StageCell.since])
            if let same = groups.firstIndex(where: { $0.what == what }) {
                groups[same].count += 1
                groups[same].since = min(groups[same].since, since)
            } else {
                groups.append((what, since, 1))
            }
        }
        return groups.map { what, since, count in
            let edge = what >> 8 < edges.count ? edges[what >> 8] : nil
            let time = what & 0xff == Activity.ended.rawValue ? "" : " since \(Self.seconds(now - Int64(since)))"
            return "\(name)\(workers.count > 1 ? " ×\(count)" : "") \(Self.words(what & 0xff, edge))\(time)"
        }
    }

    private static func words(_ activity: Int, _ edge: Edge?) -> String {
        let fill = edge?.control.map { "\($0.count)/\($0.capacity)" } ?? ""
        let isFull = edge?.control.map { $0.count >= $0.capacity } ?? false
        let isEmpty = edge?.control.map { $0.count == 0 } ?? false
        return switch Activity(rawValue: activity) {
        case .starting, nil: "starting"
        case .dequeuing:
            "waiting to dequeue from \(edge?.from.joined(separator: "+") ?? "") (\(isEmpty ? "empty " : "")\(fill))"
        case .working: "waiting in its body"
        case .enqueuing: "waiting to enqueue to \(edge?.to ?? "") (\(isFull ? "full " : "")\(fill))"
        case .ordering: "waiting for the turn of its element"
        case .entering: "waiting for elements in flight to leave"
        case .pausing: "waiting before a retry"
        case .burying: "waiting to enqueue to its dead letters"
        case .ended: "ended"
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let tenths = max(nanoseconds, 0) / 100_000_000
        return tenths > 0 ? "\(tenths / 10).\(tenths % 10) s" : "\(max(nanoseconds, 0) / 1_000_000) ms"
    }
}
