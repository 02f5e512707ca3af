import Glibc

/// How many entries a directory has, two of them its own; -1 if it cannot be read.
package func entries(of path: String) -> Int {
    var count = 0
    return forEachEntry(of: path) { _ in count += 1 } ? count : -1
}

/// How many threads of this process have a name that starts with this.
package func threads(named prefix: String) -> Int {
    var count = 0
    _ = forEachEntry(of: "/proc/self/task") { thread in
        guard let file = unsafe fopen("/proc/self/task/\(thread)/comm", "re") else { return }
        defer { unsafe fclose(file) }
        var name = [UInt8](repeating: 0, count: 16)
        let length = unsafe fread(&name, 1, name.count, file)
        if name.prefix(length).starts(with: prefix.utf8) { count += 1 }
    }
    return count
}

private func forEachEntry(of path: String, _ body: (String) -> Void) -> Bool {
    guard let directory = unsafe opendir(path) else { return false }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
        body(
            unsafe withUnsafePointer(to: entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            })
    }
    return true
}

/// Bytes of address space that this process has; -1 if that cannot be read.
package func addressSpace() -> Int {
    guard let file = unsafe fopen("/proc/self/statm", "re") else { return -1 }
    defer { unsafe fclose(file) }
    var line = [UInt8](repeating: 0, count: 128)
    let length = unsafe fread(&line, 1, line.count, file)
    let pages = Int(String(decoding: line.prefix(length).prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    return pages.map { $0 * Int(getpagesize()) } ?? -1
}

/// The name of the calling thread, as the system keeps it: without the line feed that ends it.
package func ownThreadName() -> [UInt8] {
    guard let file = unsafe fopen("/proc/thread-self/comm", "re") else { return [] }
    defer { unsafe fclose(file) }
    var name = [UInt8](repeating: 0, count: 64)
    let length = unsafe fread(&name, 1, name.count, file)
    return name.prefix(length).dropLast()
}
