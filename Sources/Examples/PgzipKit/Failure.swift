import Glibc
import ProgramSupport

/// The reason that ends the work on one file, in gzip's words and with gzip's status.
struct Failure: Error {
    static let error: Int32 = 1
    static let warning: Int32 = 2

    /// The file, as messages show it, or `nil` if no file is meant.
    let file: String?
    let message: String
    let status: Int32

    init(_ file: String?, _ message: String, status: Int32 = Failure.error) {
        self.file = file
        self.message = message
        self.status = status
    }

    /// The system's error for `file`.
    init(_ file: String?, errno code: Int32) {
        // SAFETY: the C library owns the text, which is copied before this thread can ask for another one.
        self.init(file, unsafe String(cString: strerror(code)))
    }

    init(_ error: SystemError) { self.init(error.subject, errno: error.code.rawValue) }

    /// Writes one line to stderr; no warnings if `quiet`.
    func report(quiet: Bool) {
        if quiet && status == Failure.warning { return }
        StandardError.write("pgzip: " + (file.map { $0 + ": " } ?? "") + message + "\n")
    }
}
