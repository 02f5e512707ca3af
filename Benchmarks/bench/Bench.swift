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
            PeersCommand.self, FairnessCommand.self, LoopCommand.self, HogCommand.self,
        ],
        defaultSubcommand: ContentionCommand.self)

    /// One line for what is wrong with the command, whoever found it.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let message = message(for: error).split(separator: "\n").first ?? ""
            if !message.isEmpty { FileHandle.standardError.write(Data("bench: \(message)\n".utf8)) }
            Foundation.exit(code.rawValue)
        }
    }
}
