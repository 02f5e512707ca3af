import Glibc
import ProgramSupport

/// One line on a terminal that shows how far the work is, if it takes long enough to matter.
struct Progress: ~Copyable {
    private let name: String
    private let total: Int
    private var next = ContinuousClock.now + .seconds(1)
    private var isShown = false

    /// `nil` if there is no terminal to show it on, or no total to measure it by.
    init?(of input: Input, to output: Sink, quiet: Bool) {
        guard let total = input.remaining, total > 0, !quiet else { return nil }
        guard StandardError.canRedraw, isatty(output.descriptor) == 0 else { return nil }
        name = input.name
        self.total = total
    }

    deinit { if isShown { StandardError.write("\r\u{1b}[K") } }

    /// Shows that this many bytes of the total are done.
    mutating func show(_ done: Int) {
        let now = ContinuousClock.now
        guard now >= next else { return }
        next = now + .milliseconds(100)
        isShown = true
        let percent = min(100, done * 100 / total)
        // One column stays free: some terminals go to the next line as soon as the last one is written.
        let line = ProgressLine.text(name: name, percent: percent, columns: Progress.columns - 1)
        StandardError.write("\r\(line)\u{1b}[K")
    }

    /// The terminal's width now.
    private static var columns: Int {
        var size = winsize()
        let isKnown = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }
}
