import Foundation
import RingQueues

/// What a contender has to share the machine with.
public enum Surroundings: String, CaseIterable, Sendable, Codable {
    /// Nothing but what runs there anyway.
    case quiet
    /// One processor for all its threads.
    case oneProcessor = "one-cpu"
    /// Half of the processors' time, by a quota of its control group.
    case quota
    /// As many processes that never rest as there are processors.
    case hogs

    /// Sets them up, lets `body` run commands in them, and takes them down.
    ///
    /// - Parameters:
    ///   - hog: a command that burns a processor until it is ended.
    ///   - body: gets a function that turns a command into one that runs in these surroundings.
    /// - Returns: what `body` returns.
    /// - Throws: ``SurroundingsError`` if this machine cannot provide them; the error of `body`.
    func set<Result>(hog: [String], _ body: (_ wrap: ([String]) -> [String]) throws -> Result) throws -> Result {
        switch self {
        case .quiet: return try body { $0 }
        case .oneProcessor:
            guard let first = Platform.affinity.first else { throw SurroundingsError("no processor is known") }
            return try body { ["taskset", "-c", "\(first)"] + $0 }
        case .quota:
            let group = try QuotaGroup(processors: Double(Machine.usableProcessors) / 2)
            defer { group.remove() }
            return try body { ["/bin/sh", "-c", "echo $$ > '\(group.members)' && exec \"$@\"", "sh"] + $0 }
        case .hogs:
            var hogs: [Process] = []
            defer { for hog in hogs { hog.terminate() } }
            for _ in 0..<Machine.usableProcessors { hogs.append(try Process.start(hog)) }
            return try body { $0 }
        }
    }
}

/// Why these surroundings are not available here.
public struct SurroundingsError: Error, CustomStringConvertible {
    /// The reason, for people.
    public var description: String
    init(_ description: String) { self.description = description }
}

/// A control group with a quota, of either version of the kernel's interface.
struct QuotaGroup {
    private let directory: String
    /// The file that takes the numbers of processes.
    var members: String { directory + "/cgroup.procs" }

    init(processors: Double) throws {
        let name = "ringqueues-bench-\(getpid())"
        let period = 100_000
        let quota = Int(processors * Double(period))
        let settings: [(file: String, text: String)]
        if FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us") {
            directory = "/sys/fs/cgroup/cpu/" + name
            settings = [("cpu.cfs_period_us", "\(period)"), ("cpu.cfs_quota_us", "\(quota)")]
        } else {
            directory = "/sys/fs/cgroup/" + name
            settings = [("cpu.max", "\(quota) \(period)")]
        }
        guard unsafe mkdir(directory, 0o755) == 0 else {
            let why = unsafe String(cString: strerror(errno))
            throw SurroundingsError("a control group with a quota cannot be made: \(why)")
        }
        for (file, text) in settings {
            guard (try? text.write(toFile: "\(directory)/\(file)", atomically: false, encoding: .utf8)) != nil else {
                remove()
                throw SurroundingsError("no quota can be set in \(directory)/\(file)")
            }
        }
    }

    func remove() { unsafe rmdir(directory) }
}

extension Process {
    /// Starts a command that reads nothing, and discards its output if there is no pipe for it; `ended` is called at its end.
    static func start(
        _ command: [String], output: Pipe? = nil, errors: Pipe? = nil, ended: (@Sendable () -> Void)? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = errors ?? FileHandle.nullDevice
        if let ended { process.terminationHandler = { _ in ended() } }
        try process.run()
        return process
    }
}
