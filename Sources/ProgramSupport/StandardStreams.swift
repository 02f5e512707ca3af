import Glibc
import Synchronization
import SystemPackage

/// The three descriptors that a program starts with. A program calls ``occupy()`` before it does anything else.
package enum StandardStreams {
    /// Linux's `O_PATH`, which Swift does not import: a descriptor that names a file and can neither read nor write.
    private static let pathOnly: Int32 = 0o10_000_000

    /// Occupies those of the descriptors 0 to 2 that are closed, so that no file that is opened later gets one of them
    /// and with it the program's output.
    ///
    /// They still behave like closed ones: each use of them fails with `EBADF`.
    package static func occupy() {
        for stream in [FileDescriptor.standardInput, .standardOutput, .standardError] {
            if fcntl(stream.rawValue, F_GETFD) >= 0 { continue }
            // The lowest free number is this one: all below it are open by now.
            _ = try? FileDescriptor.open(
                FilePath("/"), .readOnly, options: FileDescriptor.OpenOptions(rawValue: pathOnly),
                retryOnInterrupt: true)
        }
    }
}

/// The destination of results. Any thread may write: texts may come in any order, but each in one piece.
///
/// A program prints everything through this, including help. `print` has its own buffer, and reports a failure to write it
/// only when it is too late to handle.
package enum StandardOutput {
    private static let turn = Mutex(())

    /// Writes the whole text at once, waiting for room if need be, also on a non-blocking descriptor.
    ///
    /// A broken pipe ends the program as usual, with SIGPIPE; if that signal is ignored, it is an error.
    /// - Throws: why not everything was written, for example `standard output: No space left on device`.
    package static func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

    /// The same for bytes.
    package static func write(_ bytes: [UInt8]) throws(SystemError) {
        let failure = turn.withLock { _ -> Errno? in
            do throws(Errno) { try FileDescriptor.standardOutput.writeWhole(bytes) } catch { return error }
            return nil
        }
        if let failure { throw SystemError("standard output", failure) }
    }
}

/// The destination of diagnostics. Any thread may write: texts may come in any order, but each in one piece.
package enum StandardError {
    private struct State {
        /// Whether the last text found no room: then the next one does not wait.
        var isStuck = false
    }

    private static let turn = Mutex(State())
    /// How long a text waits for room on a non-blocking descriptor before the rest of it is dropped, in milliseconds.
    private static let patience: Int32 = 1000

    /// Writes as much of the text as possible, immediately: a diagnostic that cannot be written never ends the program
    /// or changes its status. It does not raise SIGPIPE.
    package static func write(_ text: String) {
        let bytes = Array(text.utf8)
        turn.withLock { state in
            withoutBrokenPipes {
                do throws(Errno) {
                    try FileDescriptor.standardError.writeWhole(bytes, patience: state.isStuck ? 0 : patience)
                    state.isStuck = false
                } catch { state.isStuck = error == .resourceTemporarilyUnavailable }
            }
        }
    }

    /// Whether a line may be drawn over another one: a terminal that understands control sequences.
    package static var canRedraw: Bool {
        guard isatty(STDERR_FILENO) == 1 else { return false }
        // SAFETY: the environment is never changed by these programs, and the text is copied at once.
        let kind = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
        return !kind.isEmpty && kind != "dumb"
    }

    /// Keeps the SIGPIPE of a write by this thread from ending the program, and leaves no trace of it.
    private static func withoutBrokenPipes(_ body: () -> Void) {
        var (pipe, before, pending) = (sigset_t(), sigset_t(), sigset_t())
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        unsafe sigpending(&pending)
        unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
        body()
        if unsafe sigismember(&pending, SIGPIPE) == 0 {
            // Consumes the signal if there is one; one that was pending before belongs to other code.
            var none = timespec()
            while unsafe sigtimedwait(&pipe, nil, &none) < 0 && errno == EINTR {}
        }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
