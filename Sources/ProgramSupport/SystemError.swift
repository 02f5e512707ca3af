import Glibc
package import SystemPackage

/// An error of a system call, and its subject.
package struct SystemError: Error, CustomStringConvertible {
    /// The subject: a file's name as messages show it, or "standard output".
    package let subject: String
    package let code: Errno

    package init(_ subject: String, _ code: Errno) {
        self.subject = subject
        self.code = code
    }

    /// The error that the last system call of this thread left in `errno`.
    package init(_ subject: String) { self.init(subject, Errno(rawValue: errno)) }

    package var description: String { "\(subject): \(code)" }
}
