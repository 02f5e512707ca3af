import Foundation
import RingQueues

/// What else went on while something was measured.
public struct Conditions: Sendable, Codable, Equatable {
    /// How busy others kept the processors just before, in percent of all of them.
    public var busyPercent: Double
    /// Time that the machine under this one took for others meanwhile, in percent of all processors.
    public var stealPercent: Double
    /// How often a quota, or heat, held threads back meanwhile.
    public var throttled: Int
    /// Whether it was a build without optimization.
    public var debug: Bool

    enum CodingKeys: String, CodingKey {
        case busyPercent = "busy_percent"
        case stealPercent = "steal_percent"
        case throttled, debug
    }

    package init(busyPercent: Double, stealPercent: Double, throttled: Int, debug: Bool) {
        self.busyPercent = busyPercent
        self.stealPercent = stealPercent
        self.throttled = throttled
        self.debug = debug
    }

    /// What makes the figures doubtful, a sentence each.
    public var warnings: [String] {
        var all: [String] = []
        if debug { all.append("This is a debug build: its figures say nothing; use -c release.") }
        if busyPercent > 10 {
            all.append("The machine was busy before the start: \(Int(busyPercent)) % of its processors.")
        }
        if stealPercent > 2 {
            all.append("Other machines on the same host took \(Int(stealPercent)) % of the processors' time.")
        }
        if throttled > 0 { all.append("A quota, or heat, held threads back \(throttled) times.") }
        return all
    }
}

/// Where figures come from, and what else went on there.
public struct Provenance: Sendable, Equatable {
    /// Where.
    public var machine: Machine
    /// What else.
    public var conditions: Conditions

    /// Puts the two together.
    public init(machine: Machine, conditions: Conditions) {
        self.machine = machine
        self.conditions = conditions
    }

    /// The lines below a table.
    var text: String { (conditions.warnings + [machine.place]).joined(separator: "\n") }
}

/// Looks at what goes on from now to an end.
public struct ConditionsWatch: Sendable {
    private let busyPercent: Double
    private let before: Clock
    private let throttledBefore: Int

    /// Looks at the quiet machine for a fifth of a second first.
    public init() {
        let first = Clock()
        Schedule.pause(200_000_000)
        before = Clock()
        busyPercent = before.percent(of: before.busy - first.busy, since: first)
        throttledBefore = Self.throttled
    }

    /// This machine, and what went on until now.
    public func ended() -> Provenance {
        let now = Clock()
        let conditions = Conditions(
            busyPercent: busyPercent, stealPercent: now.percent(of: now.steal - before.steal, since: before),
            throttled: Self.throttled - throttledBefore, debug: Machine.isDebugBuild)
        return Provenance(machine: .current(), conditions: conditions)
    }

    /// The processors' time since the start of the machine, in ticks: `/proc/stat`, see proc(5).
    private struct Clock {
        var busy = 0
        var steal = 0
        var total = 0

        init() {
            let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
            let ticks = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Int($0) }
            // user nice system idle iowait irq softirq steal, and guests, who are in 'user' already
            guard ticks.count >= 8 else { return }
            total = ticks[0..<8].reduce(0, +)
            steal = ticks[7]
            busy = total - ticks[3] - ticks[4] - steal
        }

        func percent(of ticks: Int, since other: Clock) -> Double {
            total > other.total ? Double(ticks) * 100 / Double(total - other.total) : 0
        }
    }

    /// How often this process's control group, or a processor, has been held back.
    private static var throttled: Int {
        let group = ["/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat"].compactMap {
            try? String(contentsOfFile: $0, encoding: .utf8)
        }
        let periods = group.flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("nr_throttled ") }
        let heat = Platform.affinity.compactMap {
            try? String(
                contentsOfFile: "/sys/devices/system/cpu/cpu\($0)/thermal_throttle/core_throttle_count", encoding: .utf8
            )
        }
        return
            (periods.compactMap { $0.split(separator: " ").last }
            + heat.map { $0.trimmingCharacters(in: .whitespacesAndNewlines)[...] })
            .reduce(0) { $0 + (Int($1) ?? 0) }
    }
}
