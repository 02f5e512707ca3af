import Engine
import Pipelines
import RingQueues

/// What a body throws when the plan says so.
struct Broken: Error {}

/// An element. The world counts how many exist.
final class Item: @unchecked Sendable {
    // SAFETY: one thread of the schedule runs at a time.
    let number: Int
    private let world: World

    init(_ number: Int, _ world: World) {
        self.number = number
        self.world = world
        world.living += 1
    }

    deinit { world.living -= 1 }
}

/// What a scenario does to its pipeline.
enum Stop: String, Sendable {
    case none = "to its end"
    case drain, cancel, fail, shutdown
    case several = "drain, cancel, fail and shutdown"
    case fails = "a body throws"
    case endsEarly = "a stage has seen enough"
    case leaves = "a consumer leaves"
    case noThread = "no thread"

    static let fromOutside: [Stop] = [.none, .drain, .cancel, .fail, .shutdown, .several, .noThread]
    /// Whether schedules of each scenario show it, by their outcome.
    var isSeen: Bool { ![.none, .drain, .leaves].contains(self) }

    static let all: [Stop] = fromOutside + [.fails, .endsEarly]
}

/// One schedule of a scenario: what was made, what came of it, and what must be true in the end.
final class World: @unchecked Sendable {
    // SAFETY: one thread of the schedule runs at a time, and no access here is a point of the schedule.

    /// How often something happened to an element at a stage.
    private struct Fate {
        var sent = 0
        var taken = 0
        var undelivered = 0
    }

    let stop: Stop
    fileprivate(set) var living = 0
    private var fates: [String: [Int: Fate]] = [:]
    /// The body that throws, in which call of it, and its stage.
    private(set) var fatal: (body: String, call: Int, stage: String) = ("", 0, "")
    /// Whether that body has thrown.
    private(set) var hasThrown = false
    private var calls: [String: Int] = [:]
    /// Elements in the order in which the last stage got them.
    private(set) var arrived: [Int] = []
    /// Stages whose elements are destroyed on the way if they take no more: other code owns the queue.
    var destroying: Set<String> = []
    /// Whether threads wait for times. Where they do not, and no thread stops anything, each wait ends by a wake.
    var usesTime = false
    /// Whether threads may end after the call that has to wait for them: those that it was to give up, or that call it.
    var mayDetach = false
    /// Whether elements are undelivered where there is no room for them.
    var isRefusing = false
    /// Whether it ended otherwise than to its end.
    var isStopped = false
    /// What is checked after all threads have ended.
    private var checks: [() -> Void] = []
    private var threads: [Int32] = []

    init(_ stop: Stop) { self.stop = stop }

    /// Picks where the plan's error comes: in one of the bodies, in one of its first calls. A body has the name of its
    /// stage, or the stage is before a slash in it.
    func plan(_ bodies: [String], calls: Int) {
        guard stop == .fails || stop == .endsEarly else { return }
        let body = bodies[chosen(bodies.count)]
        fatal = (body, 1 + chosen(calls), String(body.prefix { $0 != "/" }))
    }

    // What happens to elements.

    /// An element on its way to these stages.
    func make(_ number: Int, for stages: String...) -> Item {
        for stage in stages { fates[stage, default: [:]][number, default: Fate()].sent += 1 }
        return Item(number, self)
    }

    /// The same element goes to another stage.
    func pass(_ item: Item, to stage: String) -> Item {
        fates[stage, default: [:]][item.number, default: Fate()].sent += 1
        return item
    }

    /// A stage has taken it.
    func notes(_ stage: String, _ item: Item) {
        fates[stage, default: [:]][item.number, default: Fate()].taken += 1
    }

    /// A body is called with it; throws if the plan says so.
    func takes(_ stage: String, _ item: Item) throws {
        notes(stage, item)
        try calls(stage)
    }

    /// A body is called; throws if the plan says so.
    func calls(_ body: String) throws {
        calls[body, default: 0] += 1
        guard body == fatal.body, calls[body] == fatal.call else { return }
        hasThrown = true
        if stop == .endsEarly { throw EndOfStage() }
        throw Broken()
    }

    /// How often a body was called.
    func count(_ body: String) -> Int { calls[body] ?? 0 }

    /// The body of the last stage is called with it.
    func arrives(_ stage: String, _ item: Item) throws {
        arrived.append(item.number)
        try takes(stage, item)
    }

    func isUndelivered(_ stage: String, _ item: Item) {
        fates[stage, default: [:]][item.number, default: Fate()].undelivered += 1
    }

    /// Elements that were undelivered at any stage.
    var undeliveredCount: Int { fates.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.undelivered } } }

    // Other threads.

    /// A thread of the scenario, which starts at any moment.
    func thread(_ body: @escaping () -> Void) {
        threads.append(
            spawn {
                en_moment()
                body()
            })
    }

    /// Joins those threads.
    func join() {
        for thread in threads { en_join(thread) }
        threads = []
    }

    private var isAwake = false

    /// Sleeps until `wake()`.
    func sleep() {
        while !isAwake { _ = en_sleep("sleeps in a body", Unmanaged.passUnretained(self).toOpaque(), .max) }
    }

    func wake() {
        isAwake = true
        en_wake(Unmanaged.passUnretained(self).toOpaque(), .max)
    }

    // What must be true.

    /// Checks it after all threads have ended.
    func atEnd(_ check: @escaping () -> Void) { checks.append(check) }

    /// After every thread has ended, and everything is let go.
    func checkEnd() {
        for (stage, items) in fates {
            for (number, fate) in items {
                let ends = fate.taken + fate.undelivered
                require(
                    destroying.contains(stage) ? ends <= fate.sent : ends == fate.sent,
                    """
                    element \(number) was sent to '\(stage)' \(fate.sent) times, taken \(fate.taken) times, and \
                    undelivered \(fate.undelivered) times
                    """)
            }
        }
        for check in checks { check() }
        checks = []
        require(living == 0, "\(living) elements are never destroyed")
    }
}

/// A promise; if it is broken, the schedule ends, and with it the process.
func require(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { broken(what()) } }

func broken(_ what: String) { what.withCString { en_require(false, $0) } }

/// A number below `count` that the seed picks.
func chosen(_ count: Int) -> Int { Int(en_choose(UInt32(count))) }

/// Starts a thread of the schedule, which never fails.
func spawn(_ body: @escaping () -> Void) -> Int32 {
    en_start(
        { argument in
            Unmanaged<Held<() -> Void>>.fromOpaque(argument!).takeRetainedValue().take()()
            return nil
        }, Unmanaged.passRetained(Held(body)).toOpaque())
}

/// A value for a closure to take.
final class Held<Value: ~Copyable>: @unchecked Sendable {
    // SAFETY: one thread of the schedule runs at a time.
    private var value: Value?

    init(_ value: consuming Value) { self.value = consume value }
    init() { value = nil }

    func take() -> Value { value.take()! }
    func put(_ value: consuming Value) { self.value = consume value }
    var isEmpty: Bool { value == nil }
}
