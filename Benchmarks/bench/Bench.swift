import ArgumentParser
import BenchKit
import Foundation

/// `bench`: compares the queues of this package with each other and with what one would use without them.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
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

    /// One line for what is wrong, whoever found it. Status 1: a result of ours was not verified, or something got slower;
    /// 2: the command, or a file that it names, is not right; 130: interrupted, and what was finished has been written.
    static func main() {
        Interrupt.arm()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let message = message(for: error).split(separator: "\n").first ?? ""
            if !message.isEmpty { ProgressLine.complain(String(message)) }
            Foundation.exit(error is StoredReportError || code == .validationFailure ? 2 : code.rawValue)
        }
        if Interrupt.isRequested { Foundation.exit(130) }
    }
}
