import Glibc
import ProgramSupport
import Synchronization

/// The one file that must not outlive a failed or interrupted run.
///
/// A separate thread takes the signals that end the process, under the lock that also guards the name. So an
/// incomplete file is always removed, and a complete one never.
enum TemporaryFile {
    private struct State {
        var path: PathName?
        var isWatching = false
    }

    private static let state = Mutex(State())
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGXCPU]

    /// Creates a file that only its owner may read. `pattern` ends in six X; `name` is for messages.
    static func create(_ pattern: PathName, for name: String) throws(Failure) -> (descriptor: Int32, path: PathName) {
        let (descriptor, path, code) = state.withLock { state -> (Int32, PathName, Int32) in
            if !state.isWatching {
                let code = watch()
                guard code == 0 else { return (-1, pattern, code) }
                state.isWatching = true
            }
            var template = pattern.bytes.map { CChar(bitPattern: $0) } + [0]
            let descriptor = unsafe mkstemp(&template)
            guard descriptor >= 0 else { return (-1, pattern, errno) }
            let path = PathName(bytes: template.dropLast().map { UInt8(bitPattern: $0) })
            state.path = path
            return (descriptor, path, 0)
        }
        guard descriptor >= 0 else { throw Failure(name, errno: code) }
        return (descriptor, path)
    }

    /// Removes the file unless it was renamed.
    static func remove(_ path: PathName) {
        state.withLock { state in
            guard state.path == path else { return }
            path.unlink()
            state.path = nil
        }
    }

    /// Gives the file its name, in one step; without `replace`, only if nothing has that name.
    ///
    /// - Returns: 0 or the error's number.
    static func rename(_ path: PathName, to final: PathName, replace: Bool) -> Int32 {
        state.withLock { state in
            var isRenamed = false
            if !replace {
                let code = unsafe call(Glibc.link, path, final)
                if code == EEXIST { return EEXIST }
                if code == 0 {
                    path.unlink()
                    isRenamed = true
                }
                // Any other error: a file system without hard links.
            }
            if !isRenamed {
                let code = unsafe call(Glibc.rename, path, final)
                if code != 0 { return code }
            }
            state.path = nil
            return 0
        }
    }

    private static func call(
        _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32, _ from: PathName, _ to: PathName
    ) -> Int32 {
        unsafe from.withCString { from in unsafe to.withCString { to in unsafe body(from, to) == 0 ? 0 : errno } }
    }

    /// Starts the thread that takes the signals; those that are ignored stay so. All later threads leave them to it.
    private static func watch() -> Int32 {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals where !Signal.isIgnored(signal) { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, { _ in TemporaryFile.takeSignals() }, nil)
        if code == 0 { pthread_detach(thread) } else { unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil) }
        return code
    }

    /// Waits for a signal, removes the file and then lets the signal take effect.
    private static func takeSignals() -> Never {
        var set = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &set)
        var signal: Int32 = 0
        while unsafe sigwait(&set, &signal) != 0 {}
        state.withLock { state -> Never in
            state.path?.unlink()
            Glibc.signal(signal, SIG_DFL)
            unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(signal)
            // Unreachable: each of these signals ends the process.
            _exit(128 + signal)
        }
    }
}
