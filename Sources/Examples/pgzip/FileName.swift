/// What names say about files.
enum FileName {
    private static let suffixes = [".gz", ".tgz", ".taz", ".z", "-gz", "-z", "_z"]

    /// The name without its directories.
    static func last(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The ending that says that a file is compressed, if it has one and something before it.
    static func suffix(of path: String) -> String? {
        let name = last(of: path).lowercased()
        return suffixes.first { name.hasSuffix($0) && name.utf8.count > $0.utf8.count }
    }

    /// What a compressed file is called when it is decompressed.
    static func decompressed(_ path: String) -> String? {
        guard let suffix = suffix(of: path) else { return nil }
        return String(path.dropLast(suffix.count)) + (suffix == ".tgz" || suffix == ".taz" ? ".tar" : "")
    }
}
