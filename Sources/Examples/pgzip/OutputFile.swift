import Glibc

/// Where bytes go. Any thread may hold one; one writes.
struct Sink: Sendable {
    let descriptor: Int32
    let name: String

    func write(_ buffer: borrowing Buffer) throws(Failure) { try unsafe write(buffer.bytes) }

    func write(_ bytes: [UInt8]) throws(Failure) {
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try unsafe write(bytes) }
    }

    private func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) {
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            let count = unsafe Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count >= 0 {
                unsafe rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
            } else if errno != EINTR {
                throw Failure(name, errno: errno)
            }
        }
    }
}

/// An output that takes its place only when it is complete.
///
/// A file is written under another name beside its own, and renamed by ``commit()``; without that it goes with this
/// value, or with a signal that ends the process. Devices and pipes are written as they are.
struct OutputFile: ~Copyable {
    let sink: Sink
    private var isOpen: Bool
    private let place: Place?

    private struct Place {
        let temporary: String
        let final: String
        let replaces: Bool
    }

    /// Standard output.
    init() {
        sink = Sink(descriptor: STDOUT_FILENO, name: "stdout")
        isOpen = false
        place = nil
    }

    /// A file by its path. If something has that name, `replace` must be true, unless it is a device or a pipe.
    init(path: String, replace: Bool) throws(Failure) {
        var facts = stat()
        if unsafe lstat(path, &facts) == 0 {
            let follows = unsafe stat(path, &facts) == 0
            let kind = facts.st_mode & S_IFMT
            if follows && kind == S_IFDIR { throw Failure(path, errno: EISDIR) }
            if follows && kind != S_IFREG {
                let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
                guard descriptor >= 0 else { throw Failure(path, errno: errno) }
                sink = Sink(descriptor: descriptor, name: path)
                isOpen = true
                place = nil
                return
            }
            guard replace else { throw OutputFile.exists(path) }
        }
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let (descriptor, temporary) = try TemporaryFile.create(directory + ".pgzip-XXXXXX", for: path)
        sink = Sink(descriptor: descriptor, name: path)
        isOpen = true
        place = Place(temporary: temporary, final: path, replaces: replace)
    }

    deinit {
        if isOpen { close(sink.descriptor) }
        if let place { TemporaryFile.remove(place.temporary) }
    }

    /// Gives the file the owner, mode and times of another; what the system refuses of that is left out.
    func imitate(_ facts: stat) {
        guard place != nil else { return }
        // What the old group may do is not for another group.
        let hasGroup = fchown(sink.descriptor, .max, facts.st_gid) == 0
        fchmod(sink.descriptor, facts.st_mode & (hasGroup ? 0o777 : 0o707))
        fchown(sink.descriptor, facts.st_uid, .max)
        let times = [facts.st_atim, facts.st_mtim]
        unsafe futimens(sink.descriptor, times)
    }

    /// Gives the file the mode that any new file gets.
    func useDefaultMode() {
        guard place != nil else { return }
        let mask = umask(0o077)
        umask(mask)
        fchmod(sink.descriptor, 0o666 & ~mask)
    }

    /// The output is complete: puts it in its place.
    mutating func commit() throws(Failure) {
        guard isOpen else { return }
        isOpen = false
        guard close(sink.descriptor) == 0 else { throw Failure(sink.name, errno: errno) }
        guard let place else { return }
        let code = TemporaryFile.rename(place.temporary, to: place.final, replace: place.replaces)
        if code == EEXIST { throw OutputFile.exists(place.final) }
        if code != 0 { throw Failure(place.final, errno: code) }
    }

    private static func exists(_ path: String) -> Failure {
        Failure(path, "already exists; not overwritten", status: Failure.warning)
    }
}
