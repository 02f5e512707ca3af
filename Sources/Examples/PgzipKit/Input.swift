import Glibc
import ProgramSupport
import SystemPackage

/// A source of bytes: a file, a pipe or a terminal. One thread reads; any thread may interrupt the reading.
final class Input: Sendable {
    let descriptor: Int32
    /// `nil` for standard input.
    let path: PathName?
    /// For messages.
    let name: String
    /// The system's data about it.
    let facts: stat
    /// Bytes from here to the end, if that is known.
    let remaining: Int?
    /// Both ends of a pipe that becomes readable when the reading is to end; regular files never block, and have none.
    private let bell: (listen: Int32, ring: Int32)?

    var isRegular: Bool { facts.st_mode & S_IFMT == S_IFREG }
    var isDirectory: Bool { facts.st_mode & S_IFMT == S_IFDIR }

    /// Standard input.
    convenience init() throws(Failure) { try self.init(STDIN_FILENO, nil, "stdin") }

    /// A file by its path. Opening never waits: a FIFO without a writer opens at once and is at its end, as in gzip.
    convenience init(path: PathName, followLinks: Bool) throws(Failure) {
        let flags = O_NOCTTY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW)
        let descriptor: FileDescriptor
        do throws(SystemError) {
            descriptor = try path.open(.readOnly, options: FileDescriptor.OpenOptions(rawValue: flags))
        } catch { throw Failure(error) }
        try self.init(descriptor.rawValue, path, "\(path)")
    }

    private init(_ descriptor: Int32, _ path: PathName?, _ name: String) throws(Failure) {
        self.descriptor = descriptor
        self.path = path
        self.name = name
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw Failure(name, errno: errno) }
        self.facts = facts
        let isRegular = facts.st_mode & S_IFMT == S_IFREG
        let position = lseek(descriptor, 0, SEEK_CUR)
        remaining = isRegular && position >= 0 ? max(0, facts.st_size - position) : nil
        if isRegular {
            bell = nil
        } else {
            var ends: [Int32] = [0, 0]
            guard unsafe pipe(&ends) == 0 else { throw Failure(name, errno: errno) }
            bell = (ends[0], ends[1])
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
        if let bell {
            close(bell.listen)
            close(bell.ring)
        }
    }

    /// Ends the reading: a call that waits for bytes returns, and so does each later one that would have to wait.
    func interrupt() {
        guard let bell else { return }
        var byte: UInt8 = 0
        _ = unsafe write(bell.ring, &byte, 1)
    }

    /// Appends the available bytes, waiting for at least one.
    ///
    /// - Returns: how many bytes were read: 0 at the end; `nil` if the reading was interrupted.
    func read(into buffer: inout Buffer) throws(Failure) -> Int? {
        // Standard input is shared with other processes and may be blocking, so poll first. A file that this program opened
        // is not blocking: read first, because poll does not report the end of a FIFO that never had a writer.
        var isReady = descriptor != STDIN_FILENO
        while true {
            if !isReady, try !waitForBytes() { return nil }
            var result = 0
            unsafe buffer.append { room in
                result = unsafe Glibc.read(descriptor, room.baseAddress, room.count)
                return max(0, result)
            }
            if result >= 0 { return result }
            guard errno == EINTR || errno == EAGAIN else { throw Failure(name, errno: errno) }
            isReady = false
        }
    }

    /// Appends bytes until the buffer is full or the input ends.
    ///
    /// - Returns: whether there may be more; `nil` if the reading was interrupted.
    func fill(_ buffer: inout Buffer) throws(Failure) -> Bool? {
        while buffer.free > 0 {
            guard let count = try read(into: &buffer) else { return nil }
            if count == 0 { return false }
        }
        return true
    }

    private func waitForBytes() throws(Failure) -> Bool {
        guard let bell else { return true }
        while true {
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: bell.listen, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&waiting, 2, -1)
            if ready > 0 { return waiting[1].revents == 0 }
            guard errno == EINTR else { throw Failure(name, errno: errno) }
        }
    }
}
