package import ArgumentParser
package import ProgramSupport

/// The command line. The letters are gzip's.
package struct Options: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pgzip",
        abstract: "Compress or decompress files in gzip's format, on several threads.",
        discussion: """
            With no FILE, or when FILE is -, reads standard input and writes standard output. Otherwise FILE is \
            replaced by FILE.gz, or FILE.gz by FILE, unless -c, -k or -o is given. A FIFO or a device is skipped with a \
            warning unless -c or -o is given.

            Options may be spelled as getopt_long allows: in one word (-kp4), with values joined (-p4, --processes=4), and \
            abbreviated (--proc 4); -- ends them.

            The exit status is 0; 1 after an error; 2 after a warning.
            """,
        version: "pgzip 1.0")

    package static let maximumWorkers = 1024

    enum Level: Int32, EnumerableFlag {
        case fastest = 1
        case two, three, four, five, six, seven, eight
        case best = 9

        static func name(for level: Level) -> NameSpecification {
            let digit = NameSpecification.Element.customShort(Character("\(level.rawValue)"))
            return switch level {
            case .fastest: [digit, .customLong("fast")]
            case .best: [digit, .customLong("best")]
            default: [digit]
            }
        }

        static func help(for level: Level) -> ArgumentHelp? {
            switch level {
            case .fastest: "Compress faster."
            case .six: "The default."
            case .best: "Compress better."
            default: .private
            }
        }
    }

    @Flag(name: [.customShort("d"), .long], help: "Decompress.")
    var decompress = false

    @Flag(name: [.customShort("c"), .customLong("stdout")], help: "Write to standard output; keep the input file.")
    var toStdout = false

    @Option(
        name: [.customShort("o"), .long], parsing: .unconditional,
        help: ArgumentHelp(
            "Write to this file; keep the input file. If it is a link, write the file it leads to.", valueName: "file"))
    var output: PathName?

    @Option(
        name: [.customShort("p"), .long], parsing: .unconditional,
        help: ArgumentHelp("Compress on this many threads.", valueName: "n"))
    package var processes = 3

    @Flag(exclusivity: .chooseLast)
    var level = Level.six

    @Flag(name: .shortAndLong, help: "Overwrite files that exist; follow links; use a terminal for compressed data.")
    var force = false

    @Flag(name: .shortAndLong, help: "Keep the input file.")
    var keep = false

    @Flag(name: .shortAndLong, help: "No warnings, no progress bar.")
    var quiet = false

    @Argument(help: ArgumentHelp("What to work on, one after the other.", valueName: "file"))
    package var files: [PathName] = []

    package init() {}

    package func validate() throws {
        guard (1...Options.maximumWorkers).contains(processes) else {
            throw ValidationError("-p \(processes): the number of threads is 1 to \(Options.maximumWorkers)")
        }
        if output != nil && toStdout { throw ValidationError("-c and -o exclude each other") }
        if output != nil && files.count > 1 { throw ValidationError("-o takes one file, not \(files.count)") }
        if ((output.map { [$0] } ?? []) + files).contains(where: \.bytes.isEmpty) {
            throw ValidationError("the name of a file must not be empty")
        }
    }

    /// The options of a command line, from ``Arguments/encoded``.
    package static func read(_ arguments: [String]) throws -> Options { try parse(Spelling.plain(arguments)) }

    /// The options. Otherwise prints the help on stdout, or the error on stderr in one line, and does not return.
    static func readOrEnd() -> Options {
        do { return try read(Arguments.encoded) } catch {
            end(for: error) { error in
                if let error = error as? SystemError {
                    return Ending(message: "pgzip: \(error)\n", status: Failure.error)
                }
                let line = message(for: error).split(separator: "\n").first ?? "wrong options"
                return Ending(message: "pgzip: \(line) (try 'pgzip --help')\n", status: Failure.error)
            }
        }
    }
}
