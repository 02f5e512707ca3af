import Glibc
import ProgramSupport

/// What a name says about its file. A name is bytes, and only the byte '/' divides it; characters do not matter.
extension PathName {
    private static let slash = UInt8(ascii: "/")
    private static let suffixes = [".gz", ".tgz", ".taz", ".z", "-gz", "-z", "_z"]

    /// The name of the directory, up to the last slash; empty if there is none.
    var directory: PathName {
        PathName(bytes: Array(bytes[..<(bytes.lastIndex(of: PathName.slash).map { $0 + 1 } ?? 0)]))
    }

    /// The name without its directory.
    var last: [UInt8] { Array(bytes[directory.bytes.count...]) }

    func appending(_ suffix: String) -> PathName { PathName(bytes: bytes + Array(suffix.utf8)) }

    /// The suffix of a compressed file, if the name has one and more than that.
    var suffix: String? {
        let name = last.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return PathName.suffixes.first { suffix in
            let ending = Array(suffix.utf8)
            return name.count > ending.count && Array(name.suffix(ending.count)) == ending
        }
    }

    /// The name of a compressed file when it is decompressed.
    var decompressed: PathName? {
        guard let suffix else { return nil }
        let stem = PathName(bytes: bytes.dropLast(suffix.utf8.count))
        return suffix == ".tgz" || suffix == ".taz" ? stem.appending(".tar") : stem
    }

    /// The file that the name leads to if its last component is a symbolic link; that file need not exist.
    func followingLinks() throws(Failure) -> PathName {
        var target = self
        // The system follows as many links.
        for _ in 0..<40 {
            guard let next = try target.link(in: self) else { return target }
            target =
                next.first == PathName.slash ? PathName(bytes: next) : PathName(bytes: target.directory.bytes + next)
        }
        throw Failure("\(self)", errno: ELOOP)
    }

    /// The target of the symbolic link of this name; `nil` if it is another kind of file, or there is none.
    private func link(in origin: PathName) throws(Failure) -> [UInt8]? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe withCString { unsafe readlink($0, &target, target.count) }
        if count >= 0 { return target[..<count].map { UInt8(bitPattern: $0) } }
        guard errno == EINVAL || errno == ENOENT else { throw Failure("\(origin)", errno: errno) }
        return nil
    }

    /// The system's data about the file; about a symbolic link itself unless `followLinks` is true.
    func facts(followLinks: Bool) -> stat? {
        var facts = stat()
        let code = unsafe withCString { name in
            unsafe followLinks ? stat(name, &facts) : lstat(name, &facts)
        }
        return code == 0 ? facts : nil
    }

    /// Removes the file.
    ///
    /// - Returns: 0 or the error's number.
    @discardableResult
    func unlink() -> Int32 { unsafe withCString { unsafe Glibc.unlink($0) } == 0 ? 0 : errno }
}
