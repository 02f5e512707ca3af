import Glibc

/// One line on a terminal that says how far the work is, if it takes long enough for anybody to ask.
struct Progress: ~Copyable {
    private let name: String
    private let total: Int
    private var next = ContinuousClock.now + .seconds(1)
    private var isShown = false

    /// No value if there is no terminal to show it on, or no total to measure it by.
    init?(of input: Input, to output: Sink, quiet: Bool) {
        guard let total = input.remaining, total > 0, !quiet else { return nil }
        guard isatty(STDERR_FILENO) == 1, isatty(output.descriptor) == 0 else { return nil }
        name = String(input.name.suffix(24))
        self.total = total
    }

    deinit { if isShown { writeToStderr("\r\u{1b}[K") } }

    /// So many bytes of the total are done.
    mutating func show(_ done: Int) {
        let now = ContinuousClock.now
        guard now >= next else { return }
        next = now + .milliseconds(100)
        isShown = true
        let percent = min(100, done * 100 / total)
        let bar = String(repeating: "#", count: percent / 4) + String(repeating: ".", count: 25 - percent / 4)
        writeToStderr("\r\(name) [\(bar)] \(percent) %\u{1b}[K")
    }
}
