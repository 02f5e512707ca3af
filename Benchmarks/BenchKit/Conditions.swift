import Foundation
import RingQueues

/// The state of the machine while something was measured.
public struct Conditions: Sendable, Codable, Equatable {
    /// How busy other processes kept the processors just before, in percent of all of them.
    public var busyPercent: Double
    /// Time that the machine under this one took for others during the runs, in percent of all processors.
    public var stealPercent: Double
    /// How often a quota, or heat, held threads back during the runs.
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

    /// The reasons why the figures are doubtful, a sentence each.
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

/// Where figures come from, and the state of the machine there.
public struct Provenance: Sendable, Equatable {
    /// The machine.
    public var machine: Machine
    /// Its state.
    public var conditions: Conditions

    /// Puts the two together.
    public init(machine: Machine, conditions: Conditions) {
        self.machine = machine
        self.conditions = conditions
    }

    /// The lines below a table.
    var text: String { (conditions.warnings + [machine.place]).joined(separator: "\n") }
}

/// Watches the machine from now to an end.
public struct ConditionsWatch: Sendable {
    private let busyPercent: Double
    private let before: Clock
    private let throttledBefore: Int

    /// First watches the quiet machine for a fifth of a second.
    public init() {
        let first = Clock()
        Schedule.pause(200_000_000)
        before = Clock()
        busyPercent = before.percent(of: before.busy - first.busy, since: first)
        throttledBefore = Self.throttled
    }

    /// This machine, and its state until now.
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

    /// How often this process's control groups, or a processor, have been held back.
    private static var throttled: Int {
        let groups = controlGroups(lines("/proc/self/cgroup")).flatMap { lines($0 + "/cpu.stat") }
        let periods = groups.filter { $0.hasPrefix("nr_throttled ") }.compactMap { $0.split(separator: " ").last }
        let heat = Platform.affinity.flatMap {
            lines("/sys/devices/system/cpu/cpu\($0)/thermal_throttle/core_throttle_count")
        }
        return (periods + heat).reduce(0) { $0 + (Int($1) ?? 0) }
    }

    private static func lines(_ path: String) -> [Substring] {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
    }

    /// The directories of a process's control groups that may have a quota: its own group and those above, in either
    /// version of the system's control groups; see cgroups(7).
    ///
    /// - Parameter lines: of `/proc/self/cgroup`: `0::/a/b`, or `4:cpu,cpuacct:/a/b`.
    /// - Returns: the directories of their files.
    package static func controlGroups(_ lines: [Substring]) -> [String] {
        lines.flatMap { line -> [String] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let top: String
            if fields[1].isEmpty {
                top = "/sys/fs/cgroup"
            } else if fields[1].split(separator: ",").contains("cpu") {
                top = "/sys/fs/cgroup/cpu"
            } else {
                return []
            }
            let names = fields[2].split(separator: "/")
            return (0...names.count).map { ([top[...]] + names.prefix($0)).joined(separator: "/") }
        }
    }
}
