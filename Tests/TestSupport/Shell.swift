import Glibc
import RingQueues
package import Testing

/// How a command ended, and its output.
package struct Ran {
    package let status: Int32
    package let out: String
    package let err: String
    /// The output on the outlet that was descriptor 9.
    package let nine: [UInt8]
}

/// A directory of its own for a test, which is removed with it.
package final class Scratch {
    package let path: String

    package init() {
        var template = Array("/tmp/shell-tests-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { template in
            // SAFETY: mkdtemp keeps the terminating zero.
            unsafe mkdtemp(template.baseAddress!).map { unsafe String(cString: $0) } ?? ""
        }
        precondition(!path.isEmpty, "no directory for the test's files (\(Platform.errorName(errno)))")
    }

    deinit { _ = spawn(["rm", "-rf", path], in: "/", out: "/dev/null", err: "/dev/null").status }

    /// Runs a script of bash, in which the programs of this package are commands.
    ///
    /// A watchdog kills the script and all its children after `seconds`, and that is a failure.
    package func sh(
        _ script: String, seconds: Int = Settings.patience, outlet: Outlet? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Ran {
        let (out, err) = (path + "/.out", path + "/.err")
        let (status, nine) = spawn(
            ["timeout", "-k", "5", "\(seconds)", "bash", "-c", script], in: path, out: out, err: err,
            outlet: outlet.map(OpenOutlet.init))
        if status == 124 || status == 137 {
            Issue.record("hung for \(seconds) s: \(script)", sourceLocation: sourceLocation)
        }
        return Ran(
            status: status, out: String(decoding: read(".out"), as: UTF8.self),
            err: String(decoding: read(".err"), as: UTF8.self), nine: nine)
    }

    /// Runs a script that must end with status 0.
    @discardableResult
    package func check(
        _ script: String, seconds: Int = Settings.patience, sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        let ran = sh(script, seconds: seconds, sourceLocation: sourceLocation)
        #expect(
            ran.status == 0, "\(script)\nstdout: \(ran.out)stderr: \(ran.err)", sourceLocation: sourceLocation)
        return ran.out
    }

    /// Writes a program that is a script.
    ///
    /// A child writes it, not this process: a child that another test starts in the meantime would hold the file open
    /// for writing, and the system runs no such file.
    package func program(_ name: String, _ script: String) {
        check("cat > \(name) <<'END'\n\(script)\nEND\nchmod +x \(name)")
    }

    package func read(_ name: String) -> [UInt8] {
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

    package func write(_ bytes: [UInt8], to name: String) {
        let file = unsafe fopen(path + "/" + name, "w")
        let written = unsafe fwrite(bytes, 1, bytes.count, file!)
        let closed = unsafe fclose(file!)
        precondition(
            written == bytes.count && closed == 0, "\(name) could not be written (\(Platform.errorName(errno)))")
    }
}

/// The directory of this test's executable; the programs under test were built beside it.
private let products: String = {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    let executable = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    let directory = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? ""
    precondition(!directory.isEmpty, "the path of this test's executable cannot be read (\(Platform.errorName(errno)))")
    return directory
}()

/// Runs a command to its end.
///
/// - Returns: its status as a shell would give it, and what came out of the outlet.
private func spawn(
    _ arguments: [String], in directory: String, out: String, err: String, outlet: OpenOutlet? = nil
) -> (status: Int32, nine: [UInt8]) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    if let outlet { unsafe posix_spawn_file_actions_adddup2(&actions, outlet.writer, 9) }
    // The threads that run tests block signals, and a program starts with what its parent blocks.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // SAFETY: the copies live until the end of this function, and posix_spawn only reads them.
    let path = unsafe String(cString: getenv("PATH"))
    // What a sanitizer needs reaches the programs as well.
    let sanitizer = ["LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"].compactMap { (name: String) in
        unsafe getenv(name).map { value in unsafe "\(name)=\(String(cString: value))" }
    }
    let environment = ["PATH=\(products):\(path)", "LC_ALL=C", "TESTER=\(getpid())"] + sanitizer
    let command = ["env", "-C", directory, "--default-signal=PIPE"] + arguments
    var argv = unsafe command.map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var process = pid_t()
    let code = unsafe posix_spawn(&process, "/usr/bin/env", &actions, &attributes, &argv, &envp)
    precondition(code == 0, "\(arguments) could not be started (\(Platform.errorName(code)))")
    let nine = outlet?.read(process) ?? []
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
        precondition(errno == EINTR, "waitpid failed (\(Platform.errorName(errno)))")
    }
    return (status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f, nine)
}
