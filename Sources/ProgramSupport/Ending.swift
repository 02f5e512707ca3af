package import ArgumentParser
import Glibc

/// How a program ends after an error.
package struct Ending {
    /// For standard error, with its line ends; nothing if empty.
    package let message: String
    package let status: Int32

    package init(message: String, status: Int32) {
        self.message = message
        self.status = status
    }
}

extension ParsableArguments {
    /// Ends the program after an error of parsing or of running. Does what `exit(withError:)` does, but through
    /// ``StandardOutput`` and ``StandardError``: if help, version or completions cannot be written, that is an error.
    ///
    /// - Parameters:
    ///   - error: what was thrown. An error by which ArgumentParser has help printed ends the program with status 0.
    ///   - ending: the message for an error, and the status. Arguments in the message may be encoded.
    package static func end(for error: any Error, _ ending: (any Error) -> Ending) -> Never {
        var error = error
        if exitCode(for: error) == .success {
            do {
                try StandardOutput.write(Arguments.readable(fullMessage(for: error)) + "\n")
                Glibc.exit(EXIT_SUCCESS)
            } catch let failure { error = failure }
        }
        let ending = ending(error)
        if !ending.message.isEmpty { StandardError.write(Arguments.readable(ending.message)) }
        Glibc.exit(ending.status)
    }
}

extension ParsableCommand {
    /// The whole of a program's `main()`: occupies the standard streams, reads the command line, runs the command, and ends the
    /// program with ArgumentParser's messages and statuses.
    package static func runProgram() -> Never {
        StandardStreams.occupy()
        do {
            var command = try parseAsRoot(Arguments.encoded)
            try command.run()
            Glibc.exit(EXIT_SUCCESS)
        } catch {
            end(for: error) { error in
                let message = fullMessage(for: error)
                return Ending(message: message.isEmpty ? "" : message + "\n", status: exitCode(for: error).rawValue)
            }
        }
    }
}
