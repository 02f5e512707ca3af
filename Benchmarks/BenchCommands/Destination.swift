import ArgumentParser
import Glibc
import ProgramSupport
import SystemPackage

/// The destination of the results: standard output, or a file by its name.
///
/// The name is tried before anything runs, so that a wrong one costs no minutes. The file is opened when there are results:
/// a command that fails leaves no new file, and does not change an old one.
struct Destination {
    private let path: PathName?

    init(_ path: PathName?) throws {
        self.path = path.flatMap { $0.isDash ? nil : $0 }
        guard let path = self.path else { return }
        do { try Self.check(path) } catch { throw ValidationError("--output \(error)") }
    }

    /// Writes the whole text, once.
    ///
    /// - Throws: why not all of it was written. A regular file that does not fit on the disk keeps its old contents; a
    ///   new file is removed.
    func write(_ text: String) throws(SystemError) {
        guard let path else { return try StandardOutput.write(text) }
        let (file, isNew) = try Self.open(path)
        var failure: Errno?
        do throws(Errno) { try Self.replace(file, by: Array(text.utf8)) } catch { failure = error }
        // Some file systems report a full disk only when the file is closed.
        if close(file.rawValue) != 0, failure == nil { failure = Errno(rawValue: errno) }
        guard let failure else { return }
        if isNew { unsafe path.withCString { unsafe _ = unlink($0) } }
        throw SystemError("\(path)", failure)
    }

    /// Whether the name can be written to, without changing anything: a FIFO's reader must not see an end.
    private static func check(_ path: PathName) throws(SystemError) {
        var facts = stat()
        if unsafe path.withCString({ unsafe stat($0, &facts) }) == 0 {
            guard facts.st_mode & S_IFMT == S_IFREG || facts.st_mode & S_IFMT == S_IFDIR else {
                guard unsafe path.withCString({ unsafe access($0, W_OK) }) == 0 else { throw SystemError("\(path)") }
                return
            }
            close(try path.open(.writeOnly).rawValue)
            return
        }
        guard errno == ENOENT else { throw SystemError("\(path)") }
        do throws(SystemError) {
            close(
                try path.open(.writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite]).rawValue
            )
            unsafe path.withCString { unsafe _ = unlink($0) }
        } catch {
            // A link without a target, or another process was quicker.
            if error.code != .fileExists { throw error }
        }
    }

    /// Opens what there is, or a new file.
    private static func open(_ path: PathName) throws(SystemError) -> (FileDescriptor, isNew: Bool) {
        while true {
            do throws(SystemError) {
                // A FIFO without a reader reports that, where it would otherwise wait without a message.
                return (try path.open(.writeOnly, options: .nonBlocking), false)
            } catch {
                switch error.code {
                case .noSuchAddressOrDevice where isFIFO(path):
                    // In this order: a signal in answer to the message would otherwise only be noted.
                    Interrupt.disarm()
                    ProgressLine.complain("waiting for a reader of \(path)")
                    return (try path.open(.writeOnly), false)
                case .noSuchFileOrDirectory:
                    do throws(SystemError) {
                        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate]
                        return (try path.open(.writeOnly, options: options, permissions: usual), true)
                    } catch {
                        if error.code != .fileExists { throw error }
                        // A link without a target.
                        return (try path.open(.writeOnly, options: .create, permissions: usual), false)
                    }
                default: throw error
                }
            }
        }
    }

    private static let usual = FilePermissions(rawValue: 0o666)

    private static func isFIFO(_ path: PathName) -> Bool {
        var facts = stat()
        return unsafe path.withCString { unsafe stat($0, &facts) } == 0 && facts.st_mode & S_IFMT == S_IFIFO
    }

    /// Writes to an open file. Reserves all space of a regular file first, so that its contents are not lost without
    /// need.
    private static func replace(_ file: FileDescriptor, by bytes: [UInt8]) throws(Errno) {
        var facts = stat()
        guard unsafe fstat(file.rawValue, &facts) == 0 else { throw Errno(rawValue: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { return try file.writeWhole(bytes) }
        // A file-size limit is an error like any other.
        signal(SIGXFSZ, SIG_IGN)
        let code = bytes.isEmpty ? 0 : posix_fallocate(file.rawValue, 0, off_t(bytes.count))
        guard code == 0 else {
            ftruncate(file.rawValue, facts.st_size)
            throw Errno(rawValue: code)
        }
        try file.writeWhole(bytes)
        guard ftruncate(file.rawValue, off_t(bytes.count)) == 0 else { throw Errno(rawValue: errno) }
    }
}

/// An error that is not the command line's fault.
struct BenchError: Error, CustomStringConvertible {
    var description: String
}
