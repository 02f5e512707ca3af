import Engine
@preconcurrency import Glibc

// The options are described in scripts/lib/schedules.

/// What the threads do, and how they are stopped.
struct Scenario: Sendable {
    let name: String
    let stop: Stop
    let body: @Sendable (World) -> Void

    static let all: [Scenario] = (flows + errors + given + groups).flatMap { topology in
        topology.stops.map { stop in
            Scenario(name: "\(topology.name): \(stop.rawValue)", stop: stop, body: topology.body)
        }
    }

    /// Runs one schedule. Ends the process if it breaks a promise.
    ///
    /// - Returns: its figures, and whether the pipeline ended otherwise than to its end.
    func execute(seed: UInt64, usual: UInt64, tells: Bool = false) -> (figures: en_outcome, isStopped: Bool) {
        platform_reset()
        var world = World(stop)
        let body = Held<() -> Void> { [body, world] in body(world) }
        let outcome = en_run(
            seed, usual, tells, { Unmanaged<Held<() -> Void>>.fromOpaque($0!).takeUnretainedValue().take()() },
            Unmanaged.passUnretained(body).toOpaque())
        withExtendedLifetime(body) {}
        world.checkEnd()
        require(outcome.detached == 0 || world.mayDetach, "\(outcome.detached) threads were left to themselves")
        require(
            outcome.expired == 0 || world.usesTime || stop != .none,
            "a wait ended by its deadline, where each has to end by a wake")
        let isStopped = world.isStopped
        require(isKnownUniquelyReferenced(&world), "a closure that a stage was given is never let go")
        return (outcome, isStopped)
    }

    /// How many points a schedule has, if each thread goes as far as it can. The first such schedule fills the caches of
    /// Swift's runtime.
    func usual() -> UInt64 {
        _ = execute(seed: 0, usual: 0)
        return execute(seed: 0, usual: 0).figures.steps
    }

    /// Runs the schedules with the seeds 1 to `count`, some of them twice: the same seed is the same schedule.
    func explore(_ count: UInt64) {
        let usual = usual()
        var stopped = 0
        for seed in 1...count {
            let first = execute(seed: seed, usual: usual)
            stopped += first.isStopped ? 1 : 0
            guard seed % 256 == 1 else { continue }
            let again = execute(seed: seed, usual: usual)
            require(
                again.figures.trace == first.figures.trace,
                "the same seed gave another schedule: something survives the first one")
        }
        // A scenario in which the stop always comes too late would check nothing.
        require(stopped > 0 || !stop.isSeen || count < 500, "the stop changed nothing in \(count) schedules")
    }
}

/// The scenarios, each in a process of its own: a broken promise and a trap end it.
struct Explorer {
    let count: UInt64
    let isFirstEnough: Bool
    private let place: UnsafeMutablePointer<en_place>
    private var children: [pid_t: Int] = [:]
    private var schedules: UInt64 = 0
    private var points: UInt64 = 0
    private(set) var isBroken = false

    init(count: UInt64, isFirstEnough: Bool) {
        self.count = count
        self.isFirstEnough = isFirstEnough
        let bytes = Scenario.all.count * MemoryLayout<en_place>.stride
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { fatalError("no memory for \(bytes) bytes") }
        place = memory.bindMemory(to: en_place.self, capacity: Scenario.all.count)
    }

    mutating func explore(_ numbers: [Int]) {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        for number in numbers where !(isBroken && isFirstEnough) {
            if children.count == processors { wait() }
            fflush(nil)
            let child = fork()
            if child == 0 {
                en_note_in(place + number)
                Scenario.all[number].explore(count)
                _exit(0)
            }
            children[child] = number
        }
        while !children.isEmpty { wait() }
        print("\(numbers.count) scenarios of the pipelines, \(schedules) schedules, \(points) points")
    }

    /// Waits for one of the processes, and says how its scenario went.
    private mutating func wait() {
        var status: Int32 = 0
        let child = waitpid(-1, &status, 0)
        guard let number = children.removeValue(forKey: child) else { fatalError("no process ended") }
        let place = place[number]
        schedules += place.schedules
        points += place.steps
        let each = place.schedules == 0 ? 0 : place.steps / place.schedules
        let figures = "\(place.schedules) schedules of \(each) points"
        let name = Scenario.all[number].name
        let shown = name + String(repeating: " ", count: max(0, 62 - name.count))
        guard status != 0 else { return print("\(shown) \(figures), all right") }
        isBroken = true
        let what = withUnsafeBytes(of: place.what) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        print("\(shown) \(figures), broken: \(place.is_broken ? what : "the process ended with status \(status)")")
        print("  again: scripts/lib/schedules --only '\(name)' --seed \(place.seed)")
    }
}

@main enum Main {
    static func main() {
        // The order of a dictionary must not depend on the process.
        if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
            setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
            execv("/proc/self/exe", CommandLine.unsafeArgv)
        }
        var only = ""
        var count: UInt64 = 2000
        var seed: UInt64?
        var isFirstEnough = false
        var rest = CommandLine.arguments.dropFirst()
        while let option = rest.popFirst() {
            switch option {
            case "--first": isFirstEnough = true
            case "--only":
                guard let text = rest.popFirst() else { misuse("--only needs a text") }
                only = text
            case "--schedules": count = number(option, rest.popFirst())
            case "--seed": seed = number(option, rest.popFirst())
            default: misuse("unknown option '\(option)'; there are --only, --schedules, --seed and --first")
            }
        }
        let exact = Scenario.all.indices.filter { Scenario.all[$0].name == only }
        let numbers = exact.isEmpty ? Scenario.all.indices.filter { contains(Scenario.all[$0].name, only) } : exact
        if numbers.isEmpty { misuse("no scenario's name contains '\(only)'") }
        if let seed { return replay(numbers, seed) }
        var explorer = Explorer(count: count, isFirstEnough: isFirstEnough)
        explorer.explore(numbers)
        exit(explorer.isBroken ? 1 : 0)
    }

    /// Runs one schedule, and tells each of its steps.
    private static func replay(_ numbers: [Int], _ seed: UInt64) {
        guard numbers.count == 1 else { misuse("--seed needs the name of one scenario, and \(numbers.count) match") }
        var place = en_place()
        withUnsafeMutablePointer(to: &place) { place in
            en_note_in(place)
            let scenario = Scenario.all[numbers[0]]
            let outcome = scenario.execute(seed: seed, usual: scenario.usual(), tells: true)
            print(
                "\(scenario.name): seed \(seed), \(outcome.figures.steps) points of \(outcome.figures.threads) threads, all right"
            )
        }
    }

    private static func contains(_ name: String, _ text: String) -> Bool {
        text.isEmpty || name.indices.contains { name[$0...].hasPrefix(text) }
    }

    private static func number(_ option: String, _ text: String?) -> UInt64 {
        guard let text, let number = UInt64(text), number > 0 else {
            misuse("\(option) needs a whole number of at least 1, got '\(text ?? "")'")
        }
        return number
    }

    private static func misuse(_ what: String) -> Never {
        fputs("schedules: \(what)\n", stderr)
        exit(2)
    }
}
