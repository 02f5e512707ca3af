import BenchKit
import Foundation

/// Shows on standard error how far a run is: one line that changes on a terminal, a line for each row elsewhere.
final class ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastScenario = 0

    /// Shows what comes next; `false` if the user wants an end.
    func show(_ step: Runner.Step) -> Bool {
        if Interrupt.isRequested { return false }
        if isTerminal {
            let bar = String(repeating: "█", count: Int(step.done * 20))
            let line = bar.padding(toLength: 20, withPad: "·", startingAt: 0)
            let percent = Int(step.done * 100)
            write("\r\u{1B}[K\(line) \(percent) %  row \(step.scenario) of \(step.scenarios): \(step.label)")
        } else if step.scenario != lastScenario {
            write("row \(step.scenario) of \(step.scenarios): \(step.label) …\n")
        }
        lastScenario = step.scenario
        return true
    }

    /// Tells of what takes long and cannot be counted.
    func say(_ what: String) { write(isTerminal ? "\r\u{1B}[K\(what) …" : "\(what) …\n") }

    /// A line that stays.
    static func complain(_ what: String) { FileHandle.standardError.write(Data("bench: \(what)\n".utf8)) }

    func clear() { if isTerminal { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
