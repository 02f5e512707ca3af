import RingQueues

/// One thread of a stage, as its pipeline knows it.
@usableFromInline
@safe
final class Worker: Sendable {
    @usableFromInline let meter = Meter()
    /// The stage, which holds its workers. It lives as long as the pipeline's core, which lives as long as any worker
    /// runs.
    @usableFromInline unowned let stage: StageAccount
    /// Opens when the pipeline is stopped.
    @usableFromInline let halt: Latch
    /// Where it reports that it has finished with elements, if their number is bounded.
    @usableFromInline let limit: InFlight?
    let name: String
    // SAFETY: lives as long as this object, and only the worker's thread uses it. Not a variable, each access to which would
    // be checked.
    @usableFromInline nonisolated(unsafe) let times: UnsafeMutablePointer<WorkTimes>
    /// Its side of each queue that it enqueues into.
    private let outputs = Guarded<[(Edge, Meter)]>([])

    init(stage: StageAccount, halt: Latch, limit: InFlight?, name: String) {
        self.stage = stage
        self.limit = limit
        self.halt = halt
        self.name = name
        unsafe times = .allocate(capacity: 1)
        unsafe times.initialize(to: WorkTimes())
    }

    deinit { unsafe times.deallocate() }

    /// Nanoseconds on the clock that all times here use.
    @usableFromInline static var now: Int64 { Platform.nanoseconds }

    /// The longest time that a blocked worker goes without checking whether it should stop.
    static let turn = Duration.milliseconds(20)

    /// Its side of each queue that it dequeues from.
    private let inputs = Guarded<[Meter]>([])

    @usableFromInline
    func takes(_ meter: Meter) { inputs.withLock { $0.append(meter) } }

    var dequeued: Int { inputs.withLock { $0.reduce(0) { $0 + $1[EdgeCell.moved] } } }

    @usableFromInline
    func puts(into edge: Edge, _ meter: Meter) { outputs.withLock { $0.append((edge, meter)) } }

    func sent(_ cell: Int) -> Int { outputs.withLock { $0.reduce(0) { $0 + $1.1[cell] } } }

    /// The queues that it puts into.
    var outputEdges: [Edge] { outputs.withLock { $0.map(\.0) } }

    /// The queues that it takes from and puts into.
    var edges: [Edge] { stage.inputs + outputEdges }

    /// The error of a queue that it enqueues into, if one failed.
    var failureDownstream: (any Error)? {
        for (edge, _) in outputs.withLock({ $0 }) {
            if let error = edge.failure { return error }
        }
        return nil
    }

    /// Whether no stage takes its elements any more: then it ends, and all stages before it.
    @usableFromInline var isUnwanted: Bool { outputs.withLock { !$0.isEmpty && $0.allSatisfy { $0.0.isStopped } } }

    /// Whether it is a source's, and a drain has told it to emit nothing more.
    @inlinable
    @inline(__always)
    var isDrained: Bool { meter[StageCell.drained] != 0 }

    /// Whether what it emits is to be refused. Unlike ``isDrained``, it stays the same while an element is on its way, which
    /// may be to several queues.
    @usableFromInline var isRefusing: Bool { meter[StageCell.refusing] != 0 }

    @usableFromInline
    func beginRefusing() { meter.set(StageCell.refusing, 1) }

    /// What an inline transform has thrown, on its way to the emitter that its element came from.
    // SAFETY: only the worker's thread uses it.
    private nonisolated(unsafe) var thrown: (any Error)?

    /// An inline transform threw.
    ///
    /// - Returns: `false`, for the transform's outlet: the element went no further.
    @usableFromInline
    func fails(_ error: any Error) -> Bool {
        unsafe thrown = error
        return false
    }

    /// What an inline transform threw, once.
    @usableFromInline
    func takeThrown() -> (any Error)? { unsafe thrown.take() }

    func drain() { meter.set(StageCell.drained, 1) }

    var hasEnded: Bool { meter[StageCell.activity] == Activity.ended.rawValue }

    @inlinable
    @inline(__always)
    func add(_ cell: Int, _ more: Int = 1) { meter.add(cell, more) }

    /// Notes what the worker is doing from now on, for reports.
    @inlinable
    @inline(__always)
    func enter(_ activity: Activity, edge: Int = 0, at now: Int64) {
        meter.set(StageCell.activity, activity.rawValue | edge << 8)
        meter.set(StageCell.since, Int(now))
    }

    /// Notes that its bodies run from now on: it has started, has got elements, or has processed some.
    @inlinable
    @inline(__always)
    func works(at now: Int64) {
        enter(.working, at: now)
        unsafe times.pointee.begin(at: now)
    }

    /// Notes that a body has waited for room, since then and until now.
    @usableFromInline
    func waited(since began: Int64, until now: Int64) {
        unsafe times.pointee.wait(since: began, until: now)
        enter(.working, at: now)
    }
}

/// What a worker decides by how many elements to take. Reports read its meter instead. Nanoseconds on the clock of
/// ``Worker/now``.
@usableFromInline
package struct WorkTimes {
    private var began: Int64 = 0
    private var waited: Int64 = 0

    package init() {}

    /// The bodies of the next elements begin.
    @usableFromInline
    package mutating func begin(at now: Int64) { (began, waited) = (now, 0) }

    /// One of them has waited for room.
    @usableFromInline
    package mutating func wait(since began: Int64, until now: Int64) { waited += now - began }

    /// How long the bodies have worked: waiting for room does not count.
    @usableFromInline
    package func worked(until now: Int64) -> Int64 { now - began - waited }
}
