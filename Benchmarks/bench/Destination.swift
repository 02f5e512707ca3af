import ArgumentParser
import Foundation

/// Where the results go. Opened before anything runs, so that a wrong name costs no minutes; what was in a file stays until
/// there are new results.
struct Destination {
    private let descriptor: Int32
    private let name: String

    init(_ path: String?) throws {
        name = path ?? "standard output"
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw ValidationError("--output \(BenchError.system(name))") }
    }

    /// Writes the whole text, once: a file is closed behind it.
    func write(_ text: String) throws {
        // A pipe or a terminal has no length.
        if descriptor != STDOUT_FILENO, ftruncate(descriptor, 0) != 0, errno != EINVAL { throw BenchError.system(name) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { bytes in
                unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { throw BenchError.system(name) }
            rest = rest.dropFirst(written)
        }
        // Some file systems tell only now that there was no room.
        if descriptor != STDOUT_FILENO && close(descriptor) != 0 { throw BenchError.system(name) }
    }
}

/// Something went wrong that is not the command line's fault.
struct BenchError: Error, CustomStringConvertible {
    var description: String

    /// What the system said last, about a file.
    static func system(_ name: String) -> BenchError {
        BenchError(description: "\(name): \(unsafe String(cString: strerror(errno)))")
    }
}
