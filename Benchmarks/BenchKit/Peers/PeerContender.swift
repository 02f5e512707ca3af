import Foundation

/// A contender that does the work in a program of its own.
public struct PeerContender: Hashable, Sendable {
    /// How a thread waits when it has nothing to do.
    public enum Waits: String, Sendable, Codable {
        /// The system takes it off its processor.
        case parks
        /// It is a goroutine or a task, which gives its thread to another.
        case suspends
        /// It yields its processor, and tries again.
        case yields
    }

    /// Its name in results.
    public let name: String
    /// The version of the measured library.
    public let version: String
    /// How its threads wait.
    public let waits: Waits
    /// Whether its queue has a capacity.
    public let bounded: Bool
    /// Whether this is the second of two that are the same: they show the noise floor.
    public let isAgain: Bool
    private let program: String

    /// The contender that all others are compared with.
    public static let ring = "ring"
    private static let ours: Set<String> = [ring, "mutex", "stages"]

    /// Whether it is part of this package, rather than something that the package is compared with.
    public var isOurs: Bool { Self.ours.contains(name) || isAgain }

    /// Asks each program in a directory for the contenders that it has: ours, then the others.
    ///
    /// - Parameter directory: where `scripts/lib/peers` put them.
    /// - Returns: all of them, the ring first, and twice.
    /// - Throws: ``PeerError`` if there is none, or one does not answer.
    public static func all(in directory: String) throws -> [PeerContender] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let programs = names.filter { $0.hasPrefix("peers-") }.sorted()
        guard !programs.isEmpty else {
            throw PeerError("no contender's program is in \(directory): scripts/bench peers builds them")
        }
        var all: [PeerContender] = []
        for name in programs {
            let program = directory + "/" + name
            let answer = try Tool([program, "--list"], seconds: 20)
            guard answer.status == 0 else { throw PeerError("\(name) --list failed: \(answer.complaint)") }
            for line in answer.text.split(separator: "\n") { all.append(try PeerContender(program: program, line)) }
        }
        guard let ring = all.first(where: { $0.name == ring }) else {
            throw PeerError("no program in \(directory) has the contender 'ring': run scripts/bench peers")
        }
        let others = all.filter { $0.name != Self.ring }
        return [ring, PeerContender(again: ring)] + others.filter(\.isOurs) + others.filter { !$0.isOurs }
    }

    /// What `scripts/lib/peers` could not build, and why.
    public static func leftOut(in directory: String) -> [String] {
        let text = (try? String(contentsOfFile: directory + "/left-out", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private init(program: String, _ line: Substring) throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count >= 3, let waits = Waits(rawValue: String(fields[2])),
            fields.dropFirst(3) == ["unbounded"]
                || fields.count == 3
        else { throw PeerError("\(program) --list: '\(line)' is not a contender's line") }
        self.program = program
        name = String(fields[0])
        version = String(fields[1])
        self.waits = waits
        bounded = fields.count == 3
        isAgain = false
    }

    private init(again other: PeerContender) {
        program = other.program
        name = other.name
        version = other.version
        waits = other.waits
        bounded = other.bounded
        isAgain = true
    }

    /// The name in tables: the second of two that are the same says so.
    public var label: String { isAgain ? name + " again" : name }

    /// Does the work once.
    ///
    /// - Parameters:
    ///   - workload: the work.
    ///   - milliseconds: how long.
    ///   - patience: seconds after which its program is stopped and has stalled.
    ///   - wrap: turns a command into one that runs in the workload's surroundings.
    /// - Returns: the measurement; `nil` if it cannot do such work.
    /// - Throws: ``PeerError`` if its program failed or printed something unexpected.
    func run(
        _ workload: PeerWorkload, milliseconds: Int, patience: Int, wrap: ([String]) -> [String]
    ) throws -> PeerSample? {
        let command = wrap([program] + workload.arguments(contender: name, milliseconds: milliseconds))
        let answer = try Tool(command, seconds: patience)
        // The exit statuses of `timeout` when time was up, and when it had to kill.
        if answer.status == 124 || answer.status == 137 { return PeerSample(outcome: .stalled) }
        guard answer.status == 0 else {
            throw PeerError("\(name) in \(workload.label) ended with status \(answer.status): \(answer.complaint)")
        }
        do {
            return try PeerSample.read(Data(answer.text.utf8))
        } catch {
            throw PeerError("\(name) in \(workload.label) printed '\(answer.text.prefix(100))' in place of its figures")
        }
    }
}

/// A fault in a contender's program.
public struct PeerError: Error, CustomStringConvertible {
    /// The fault, for people.
    public var description: String
    init(_ description: String) { self.description = description }
}
