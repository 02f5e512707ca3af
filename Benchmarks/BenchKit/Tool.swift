import Dispatch
import Foundation

/// Another program, run to its end.
struct Tool {
    /// Its exit status; 128 and the signal's number if one ended it; 124 or 137 if its time was up.
    var status: Int32
    /// Its output.
    var text: String
    /// The first line of its complaints.
    var complaint: String

    /// Runs a command.
    ///
    /// - Parameters:
    ///   - command: the program, by its name on the `PATH` or as a path, and its arguments.
    ///   - seconds: the time after which it is ended.
    ///   - mixed: whether complaints stay among the rest of its output, as on a terminal.
    /// - Throws: the system's error if there is no such program.
    init(_ command: [String], seconds: Int? = nil, mixed: Bool = false) throws {
        let limit = seconds.map { ["timeout", "-k", "1", "\($0)"] } ?? []
        let output = Pipe()
        let errors = mixed ? output : Pipe()
        // Process.waitUntilExit() checks every 50 ms, which is as long as a turn of 'bench compare'.
        let ended = DispatchSemaphore(value: 0)
        let process = try Process.start(["/usr/bin/env"] + limit + command, output: output, errors: errors) {
            ended.signal()
        }
        // Complaints are short if they are not mixed: neither pipe fills while the other is read.
        text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let lines = mixed ? Data() : errors.fileHandleForReading.readDataToEndOfFile()
        complaint =
            String(decoding: lines, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "it said nothing"
        ended.wait()
        // Returns at once now, and releases the process: without it, Foundation keeps each one, and its pipes open.
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// The first line of its output, if it succeeded and printed anything.
    static func firstLine(of command: [String]) -> String? {
        guard let tool = try? Tool(command), tool.status == 0 else { return nil }
        return tool.text.split(separator: "\n").first.map(String.init)
    }
}
