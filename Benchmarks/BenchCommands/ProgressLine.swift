import ArgumentParser
import BenchKit
import Foundation
import ProgramSupport

/// How much progress is shown.
struct ProgressOptions: ParsableArguments {
    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report each row, even if standard error is not a terminal.")
    var verbose = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose: one of them") }
    }

    func line() -> ProgressLine { ProgressLine(quiet: quiet, verbose: verbose) }
}

/// Shows on standard error what is measured, how far that is, and how long it will still take: one changing line, on a
/// terminal that understands control sequences. It has no colours.
final class ProgressLine {
    private let isShown: Bool
    private let isVerbose: Bool
    private let began = ContinuousClock.now
    private var drawn = ContinuousClock.now - .seconds(1)
    private var lastScenario = 0

    init(quiet: Bool, verbose: Bool) {
        isShown = !quiet && StandardError.canRedraw
        isVerbose = verbose
    }

    /// Shows what comes next; `false` if the user wants an end.
    func show(_ step: Runner.Step) -> Bool {
        if Interrupt.isRequested { return false }
        if isVerbose && step.scenario != lastScenario {
            StandardError.write(
                "\(isShown ? Self.home : "")row \(step.scenario) of \(step.scenarios): \(step.label) …\n")
        }
        lastScenario = step.scenario
        // Often enough for the eye.
        if isShown && drawn.duration(to: .now) > .milliseconds(100) {
            drawn = .now
            draw("\(Self.bar(step.done)) \(Int(step.done * 100)) % \(left(step.done))  \(step.label)")
        }
        return true
    }

    /// Shows a step that takes long and cannot be counted.
    func say(_ what: String) {
        if isVerbose { StandardError.write("\(what) …\n") } else if isShown { draw("\(what) …") }
    }

    /// A line that stays.
    static func complain(_ what: String) { StandardError.write("bench: \(what)\n") }

    func clear() { if isShown { StandardError.write(Self.home) } }

    /// Moves to the start of the line, which is then empty.
    private static let home = "\r\u{1B}[K"

    private static func bar(_ done: Double) -> String {
        String(repeating: "█", count: Int(done * 20)).padding(toLength: 20, withPad: "·", startingAt: 0)
    }

    private func left(_ done: Double) -> String {
        let gone = began.duration(to: .now) / .seconds(1)
        guard done > 0.02, gone > 2 else { return "" }
        let seconds = Int(gone * (1 - done) / done) + 1
        return seconds < 100 ? "\(seconds) s left" : "\((seconds + 30) / 60) min left"
    }

    /// Draws over the old text, and erases only from there to the end of the line, so that nothing flickers.
    private func draw(_ text: String) {
        var size = winsize()
        let known = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        StandardError.write("\r\(text.prefix(known ? Int(size.ws_col) - 1 : 79))\u{1B}[K")
    }
}
