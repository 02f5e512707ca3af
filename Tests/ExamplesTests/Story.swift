import TestSupport
import Testing

/// The output of a program, line by line.
struct Story {
    let lines: [String]
    let err: String
    private let places: [String: Int]

    /// The output of a program that must have ended with that status.
    init(_ ran: Ran, status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ran.status == status, "\(ran.out)\(ran.err)", sourceLocation: sourceLocation)
        lines = ran.out.split(separator: "\n").map(String.init)
        err = ran.err
        places = Dictionary(lines.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func lines(of name: String) -> [String] { lines.filter { $0.hasPrefix("\(name) ") } }

    /// Both lines are there, in this order.
    func expect(_ first: String, before second: String?, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let one = places[first], let two = second.flatMap({ places[$0] }) else {
            Issue.record("'\(first)' or '\(second ?? "")' was not said", sourceLocation: sourceLocation)
            return
        }
        #expect(one < two, "'\(first)' came after '\(second ?? "")'", sourceLocation: sourceLocation)
    }
}

/// A script that runs a command and reads all its output; `cases`, in bash, sends signals to `$pid` after certain
/// lines. (A command that a script runs in the background ignores SIGINT and SIGQUIT, unless it is told otherwise.)
func signalling(_ command: String, _ cases: String) -> String {
    """
    mkfifo pipe
    env --default-signal=INT,QUIT \(command) > pipe 2>&1 & pid=$!
    while IFS= read -r line; do
      echo "$line"
      case "$line" in \(cases) esac
    done < pipe
    wait $pid
    """
}
