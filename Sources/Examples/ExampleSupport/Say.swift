import Glibc

/// What the system refused.
package struct SystemError: Error, CustomStringConvertible {
    package let description: String

    /// Of `subject`, for the reason in `errno`.
    package init(_ subject: String) {
        // SAFETY: the C library owns the text, which is copied before anybody can ask it again on this thread.
        description = unsafe "\(subject): \(String(cString: strerror(errno)))"
    }
}

/// Writes a line to standard output at once. From any thread: lines may come in any order, but each in one piece.
package func say(_ line: String) throws(SystemError) {
    guard write(line, to: STDOUT_FILENO) else { throw SystemError("standard output") }
}

/// Writes a line to standard error. There is nobody to tell if that fails.
package func remark(_ line: String) { _ = write(line, to: STDERR_FILENO) }

private func write(_ line: String, to descriptor: Int32) -> Bool {
    let bytes = Array("\(line)\n".utf8)
    var done = 0
    while done < bytes.count {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
        }
        if count < 0 && errno != EINTR { return false }
        done += max(count, 0)
    }
    return true
}
