import RingQueues

/// One thread of a stage, as its pipeline knows it.
@usableFromInline
@safe
final class Worker: Sendable {
    @usableFromInline let meter = Meter()
    /// The stage, which holds its workers. It lives as long as the pipeline's core, and the core lives as long as any worker
    /// runs.
    @usableFromInline unowned let stage: StageAccount
    /// Opens when the pipeline is stopped.
    @usableFromInline let halt: Latch
    /// The bound on elements in flight, if there is one. The worker tells it when it has finished elements.
    @usableFromInline let limit: InFlight?
    let name: String
    // SAFETY: owned by this object. Made before the worker's thread starts, which orders it, and then used by that thread only.
    // It is not a variable, because each access to that would be checked.
    @usableFromInline nonisolated(unsafe) let times: UnsafeMutablePointer<WorkTimes>
    /// The queues that it enqueues into, with its meter for each.
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

    /// The current time in nanoseconds, on the clock that all times here use.
    @usableFromInline static var now: Int64 { Platform.nanoseconds }

    /// The longest time that a blocked worker goes without checking whether it should stop.
    static let turn = Duration.milliseconds(20)

    /// Its meter for each queue that it dequeues from.
    private let inputs = Guarded<[Meter]>([])

    @usableFromInline
    func takes(_ meter: Meter) { inputs.withLock { $0.append(meter) } }

    var dequeued: Int { inputs.withLock { $0.reduce(0) { $0 + $1[EdgeCell.moved] } } }

    @usableFromInline
    func puts(into edge: Edge, _ meter: Meter) { outputs.withLock { $0.append((edge, meter)) } }

    func sent(_ cell: Int) -> Int { outputs.withLock { $0.reduce(0) { $0 + $1.1[cell] } } }

    /// The queues that it enqueues into.
    var outputEdges: [Edge] { outputs.withLock { $0.map(\.0) } }

    /// The queues that it dequeues from and enqueues into.
    var edges: [Edge] { stage.inputs + outputEdges }

    /// The error of a queue that it enqueues into, if one failed.
    var failureDownstream: (any Error)? {
        for (edge, _) in outputs.withLock({ $0 }) {
            if let error = edge.failure { return error }
        }
        return nil
    }

    /// Whether no stage takes its elements any more. Then it ends, and so do all stages before it.
    @usableFromInline var isUnwanted: Bool { outputs.withLock { !$0.isEmpty && $0.allSatisfy { $0.0.isStopped } } }

    /// Whether it is the worker of a source, and a drain has told it to emit nothing more.
    @inlinable
    @inline(__always)
    var isDrained: Bool { meter[StageCell.drained] != 0 }

    /// Whether its outlets have to refuse elements. Unlike ``isDrained``, this does not change while an element is on its way,
    /// possibly to several queues.
    @usableFromInline var isRefusing: Bool { meter[StageCell.refusing] != 0 }

    @usableFromInline
    func beginRefusing() { meter.set(StageCell.refusing, 1) }

    /// The error that an inline transform has thrown, on its way to the emitter that the element came from.
    // SAFETY: owned by this object. Starting the worker's thread orders its first value; then only that thread uses it.
    private nonisolated(unsafe) var thrown: (any Error)?

    /// Notes that an inline transform threw.
    ///
    /// - Returns: `false`, for the transform's outlet: the element went no further.
    @usableFromInline
    func fails(_ error: any Error) -> Bool {
        unsafe thrown = error
        return false
    }

    /// Returns the error that an inline transform threw, and forgets it.
    @usableFromInline
    func takeThrown() -> (any Error)? { unsafe thrown.take() }

    func drain() { meter.set(StageCell.drained, 1) }

    var hasEnded: Bool { meter[StageCell.activity] == Activity.ended.rawValue }

    @inlinable
    @inline(__always)
    func add(_ cell: Int, _ more: Int = 1) { meter.add(cell, more) }

    /// Notes for reports what the worker is doing from now on.
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

    /// Notes that a body has waited for room from `began` to `now`.
    @usableFromInline
    func waited(since began: Int64, until now: Int64) {
        unsafe times.pointee.wait(since: began, until: now)
        enter(.working, at: now)
    }
}

/// The times from which a worker decides how many elements to take, in nanoseconds on the clock of ``Worker/now``. Reports
/// read its meter instead.
@usableFromInline
package struct WorkTimes {
    private var began: Int64 = 0
    private var waited: Int64 = 0

    package init() {}

    /// Notes that the bodies of the next elements begin.
    @usableFromInline
    package mutating func begin(at now: Int64) { (began, waited) = (now, 0) }

    /// Notes that one of them has waited for room.
    @usableFromInline
    package mutating func wait(since began: Int64, until now: Int64) { waited += now - began }

    /// How long the bodies have worked, without the time that they waited for room.
    @usableFromInline
    package func worked(until now: Int64) -> Int64 { now - began - waited }
}
