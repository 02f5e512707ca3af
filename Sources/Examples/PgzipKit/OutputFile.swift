import Glibc
import ProgramSupport
import SystemPackage

/// The destination of bytes. Any thread may hold one; only one thread writes.
struct Sink: Sendable {
    let descriptor: Int32
    /// For messages.
    let name: String

    func write(_ buffer: borrowing Buffer) throws(Failure) { try unsafe write(UnsafeRawBufferPointer(buffer.bytes)) }

    func write(_ bytes: [UInt8]) throws(Failure) {
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
            try unsafe write(UnsafeRawBufferPointer(bytes))
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        do throws(Errno) { try unsafe FileDescriptor(rawValue: descriptor).writeWhole(bytes) } catch {
            throw Failure(name, errno: error.rawValue)
        }
    }
}

/// An output that takes its place only when it is complete.
///
/// A file is written under another name in the same directory, and renamed by ``commit()``. Without that, it is removed with
/// this value, or by a signal that ends the process. Devices and pipes that the user named are written directly.
struct OutputFile: ~Copyable {
    let sink: Sink
    private var isOpen: Bool
    private let place: Place?

    private struct Place {
        let temporary: PathName
        let final: PathName
        let replaces: Bool
    }

    /// Standard output.
    init() {
        self.init(sink: Sink(descriptor: STDOUT_FILENO, name: "stdout"), isOpen: false, place: nil)
    }

    private init(sink: Sink, isOpen: Bool, place: Place?) {
        self.sink = sink
        self.isOpen = isOpen
        self.place = place
    }

    /// The file that takes the input's place. If something has that name, `replace` must be true. It is then replaced,
    /// whatever it is, even a link or a device, as in gzip.
    init(inPlace path: PathName, replace: Bool) throws(Failure) {
        if let facts = path.facts(followLinks: false) {
            guard replace else { throw OutputFile.exists("\(path)") }
            if facts.st_mode & S_IFMT == S_IFDIR { throw Failure("\(path)", errno: EISDIR) }
        }
        try self.init(temporaryFor: path, replace: replace, name: "\(path)")
    }

    /// The file that the user named. A device or a pipe is written directly. If it is a regular file, `replace` must be
    /// true. A symbolic link is followed: the file it leads to is replaced, or created, and the link stays.
    init(named path: PathName, replace: Bool) throws(Failure) {
        let name = "\(path)"
        let facts = path.facts(followLinks: true)
        let kind = facts.map { $0.st_mode & S_IFMT } ?? S_IFREG
        if kind == S_IFDIR { throw Failure(name, errno: EISDIR) }
        if kind != S_IFREG {
            let descriptor: FileDescriptor
            do throws(SystemError) {
                descriptor = try path.open(.writeOnly, options: FileDescriptor.OpenOptions(rawValue: O_NOCTTY))
            } catch { throw Failure(error) }
            self.init(sink: Sink(descriptor: descriptor.rawValue, name: name), isOpen: true, place: nil)
            return
        }
        guard replace || path.facts(followLinks: false) == nil else { throw OutputFile.exists(name) }
        let final = try path.followingLinks()
        // A link in /proc may have a name that its file has lost.
        if let facts,
            final.facts(followLinks: false).map({ $0.st_dev == facts.st_dev && $0.st_ino == facts.st_ino }) != true
        {
            throw Failure(name, "leads to a file that has no name -- not overwritten")
        }
        try self.init(temporaryFor: final, replace: replace, name: name)
    }

    private init(temporaryFor final: PathName, replace: Bool, name: String) throws(Failure) {
        let (descriptor, temporary) = try TemporaryFile.create(final.directory.appending(".pgzip-XXXXXX"), for: name)
        self.init(
            sink: Sink(descriptor: descriptor, name: name), isOpen: true,
            place: Place(temporary: temporary, final: final, replaces: replace))
    }

    deinit {
        if isOpen { close(sink.descriptor) }
        if let place { TemporaryFile.remove(place.temporary) }
    }

    /// Gives the file the owner, mode and times of another, except those that the system refuses.
    func imitate(_ facts: stat) {
        guard place != nil else { return }
        // The permissions of the old group are not meant for another group.
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
        if code == EEXIST { throw OutputFile.exists(sink.name) }
        if code != 0 { throw Failure(sink.name, errno: code) }
    }

    private static func exists(_ name: String) -> Failure {
        Failure(name, "already exists; not overwritten", status: Failure.warning)
    }
}
