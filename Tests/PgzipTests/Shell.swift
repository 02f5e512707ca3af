import Glibc
import Testing

/// How a command ended and what it said.
struct Ran {
    let status: Int32
    let out: String
    let err: String
}

/// A directory of its own for a test, which goes with it.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/pgzip-tests-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { template in
            // SAFETY: mkdtemp keeps the terminating zero.
            unsafe mkdtemp(template.baseAddress!).map { unsafe String(cString: $0) } ?? ""
        }
        precondition(!path.isEmpty, "no directory for the test's files (errno \(errno))")
    }

    deinit { _ = spawn(["rm", "-rf", path], in: "/", out: "/dev/null", err: "/dev/null") }

    /// Runs a script of bash, in which `pgzip` is the program under test.
    ///
    /// A watchdog kills the script and all its children after `seconds`, and that is a failure.
    func sh(
        _ script: String, seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Ran {
        let (out, err) = (path + "/.out", path + "/.err")
        let status = spawn(
            ["timeout", "-k", "5", "\(seconds)", "bash", "-c", script], in: path, out: out, err: err)
        if status == 124 || status == 137 {
            Issue.record("hung for \(seconds) s: \(script)", sourceLocation: sourceLocation)
        }
        return Ran(
            status: status, out: String(decoding: read(".out"), as: UTF8.self),
            err: String(decoding: read(".err"), as: UTF8.self))
    }

    /// Runs a script that must end with status 0.
    @discardableResult
    func check(_ script: String, seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation) -> String {
        let ran = sh(script, seconds: seconds, sourceLocation: sourceLocation)
        #expect(
            ran.status == 0, "\(script)\nstdout: \(ran.out)stderr: \(ran.err)", sourceLocation: sourceLocation)
        return ran.out
    }

    func read(_ name: String) -> [UInt8] {
        let file = unsafe fopen(path + "/" + name, "r")
        guard let file = unsafe file else { return [] }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&part, 1, part.count, file)
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }

    func write(_ bytes: [UInt8], to name: String) {
        let file = unsafe fopen(path + "/" + name, "w")
        let written = unsafe fwrite(bytes, 1, bytes.count, file!)
        let closed = unsafe fclose(file!)
        precondition(written == bytes.count && closed == 0, "\(name) could not be written (errno \(errno))")
    }
}

/// Where this test's executable lies; the program under test was built beside it.
private let products: String = {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    let executable = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    let directory = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? ""
    precondition(unsafe access(directory + "/pgzip", X_OK) == 0, "no pgzip beside \(executable)")
    return directory
}()

/// Runs a command to its end.
///
/// - Returns: its status as a shell would give it.
private func spawn(_ arguments: [String], in directory: String, out: String, err: String) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    // SAFETY: the copies live until the end of this function, and posix_spawn only reads them.
    let path = unsafe String(cString: getenv("PATH"))
    let environment = ["PATH=\(products):\(path)", "LC_ALL=C", "TESTER=\(getpid())"]
    let command = ["env", "-C", directory, "--default-signal=PIPE"] + arguments
    var argv = unsafe command.map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var process = pid_t()
    let code = unsafe posix_spawn(&process, "/usr/bin/env", &actions, nil, &argv, &envp)
    precondition(code == 0, "\(arguments) could not be started (errno \(code))")
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 { precondition(errno == EINTR, "waitpid failed (errno \(errno))") }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
}
