package import ArgumentParser
import BenchKit
import Glibc
import ProgramSupport

/// `bench`: compares the queues of this package with each other and with the usual alternatives.
package struct Bench: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Compares lock-free and mutex queues on this machine.",
        discussion: """
            Every element is verified, the contenders' runs are interleaved, and each figure is a median with its \
            spread. What counts is the ratio within one run: machines differ, and so do days.
            """,
        subcommands: [
            ContentionCommand.self, PipelineCommand.self, LatencyCommand.self, IdleCommand.self, SweepCommand.self,
            PeersCommand.self, CompareCommand.self, ReportCommand.self, FairnessCommand.self, LoopCommand.self,
            TurnCommand.self, HogCommand.self,
        ],
        defaultSubcommand: ContentionCommand.self)

    package init() {}

    /// Runs the command, and prints one line for any error. The status is
    ///
    /// - 1 if a result of ours was not verified, something got slower, or the results could not be written;
    /// - 2 if the command, or a file that it names, is wrong;
    /// - 130 if it was interrupted, and the finished results have been written.
    package static func main() {
        StandardStreams.occupy()
        Interrupt.unblock()
        do {
            var command = try parseAsRoot(Arguments.encoded)
            try command.run()
        } catch {
            end(for: error) { error in
                let code = exitCode(for: error)
                let line = message(for: error).split(separator: "\n").first ?? ""
                return Ending(
                    message: line.isEmpty ? "" : "bench: \(line)\n",
                    status: error is StoredReportError || code == .validationFailure ? 2 : code.rawValue)
            }
        }
        if Interrupt.isRequested { Glibc.exit(130) }
    }
}
