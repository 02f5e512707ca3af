import Foundation
import RingQueues

/// Where the figures come from.
public struct Machine: Sendable, Codable, Equatable {
    /// The processor's name.
    public var cpu: String
    /// Processors of the machine.
    public var cores: Int
    /// The processors that this process may use, as `taskset -c` writes them: `0-3,6`.
    public var affinity: String
    /// The CPU quota of the process in whole processors, rounded up; `null` without one.
    public var quota: Int?
    /// Name and release of the kernel.
    public var kernel: String
    /// Name and version of the compiler.
    public var toolchain: String
    /// The commit of this package, followed by `+` if files were changed; `unknown` outside a checkout.
    public var commit: String

    package init(
        cpu: String, cores: Int, affinity: String, quota: Int?, kernel: String, toolchain: String, commit: String
    ) {
        self.cpu = cpu
        self.cores = cores
        self.affinity = affinity
        self.quota = quota
        self.kernel = kernel
        self.toolchain = toolchain
        self.commit = commit
    }

    /// All of it in one line, for people.
    var place: String {
        "\(cpu), processors \(affinity) of \(cores), \(kernel), \(toolchain), commit \(commit)"
    }

    /// Processors that this process may keep busy: its affinity, less under a CPU quota.
    public static var usableProcessors: Int { Platform.processors }

    /// Whether this is a build without optimization, whose figures say nothing.
    public static var isDebugBuild: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }

    /// Gathers the data of this machine.
    public static func current() -> Machine {
        var name = utsname()
        unsafe uname(&name)
        return Machine(
            cpu: processorName() ?? "unknown", cores: ProcessInfo.processInfo.processorCount,
            affinity: list(Platform.affinity), quota: Platform.quota,
            kernel: "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))",
            toolchain: Tool.firstLine(of: ["swift", "--version"]) ?? "unknown", commit: commit())
    }

    /// Encodes a missing quota as `null`, so that every key is always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(cores, forKey: .cores)
        try container.encode(affinity, forKey: .affinity)
        try container.encode(quota, forKey: .quota)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(toolchain, forKey: .toolchain)
        try container.encode(commit, forKey: .commit)
    }

    /// Numbers in rising order as ranges: 0, 1, 2, 5 as `0-2,5`.
    package static func list(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    private static func text<T>(_ field: T) -> String {
        unsafe withUnsafeBytes(of: field) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func processorName() -> String? {
        guard let info = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
        let line = info.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").dropFirst().first.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Where the sources of this build are, wherever the command is started.
    public static var packageDirectory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized.path
    }

    /// The file that runs.
    public static var thisProgram: String { Bundle.main.executablePath ?? ProcessInfo.processInfo.arguments[0] }

    private static func commit() -> String {
        let git = ["git", "-C", packageDirectory]
        guard let commit = Tool.firstLine(of: git + ["rev-parse", "--short=12", "HEAD"]) else { return "unknown" }
        let changed = Tool.firstLine(of: git + ["status", "--porcelain", "--untracked-files=no"]) != nil
        return changed ? commit + "+" : commit
    }
}
