import Glibc

/// The Swift compiler, as a client of the package as it was built for this run.
struct Compiler {
    private let arguments: [String]

    /// The location of the modules follows from that of this program: debug or release, whatever the scratch path.
    init() throws {
        let products = try Compiler.directoryOfThisProgram()
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        arguments = [
            "-swift-version", "6", "-parse-as-library",
            "-I", products + "/Modules",
            "-Xcc", "-fmodule-map-file=" + products + "/CRings.build/module.modulemap",
            "-Xcc", "-I" + package + "/Sources/CRings/include",
        ]
    }

    /// Compiles one of the cases, not only up to the types: ownership is checked after them.
    func compile(_ name: String, misuse: Bool) throws -> (status: Int32, output: String) {
        let file = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Cases/\(name).swift"
        return try run(Self.checking + arguments + (misuse ? ["-D", "MISUSE"] : []) + [file])
    }

    /// Compiles a text, from standard input, with these conditions set.
    func compile(text: String, conditions: [String] = []) throws -> (status: Int32, output: String) {
        try run(["printf", "%s", text, "|"] + Self.checking + arguments + conditions.flatMap { ["-D", $0] } + ["-"])
    }

    /// How many instructions the Swift compiler emits for a text in an optimized build; 0 if it does not compile.
    func countInstructions(text: String) throws -> Int {
        let compiler = ["swiftc", "-O", "-emit-irgen", "-o", "-"] + arguments + ["-"]
        let (_, count) = try run(["printf", "%s", text, "|"] + compiler + ["|", "grep", "-c", "^  "])
        return Int(count.split(separator: "\n").first ?? "") ?? 0
    }

    private static let checking = ["swiftc", "-emit-sil", "-o", "/dev/null"]

    /// A file of the package.
    static func file(_ path: String) throws -> String {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        guard let file = unsafe fopen(package + "/" + path, "r") else { throw SystemError(what: path, code: errno) }
        defer { unsafe fclose(file) }
        return unsafe text(of: file)
    }

    /// The names in a directory of the package.
    static func files(in directory: String) throws -> [String] {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        guard let stream = unsafe opendir(package + "/" + directory) else {
            throw SystemError(what: directory, code: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            names.append(
                unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                    unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }

    private func run(_ command: [String]) throws -> (status: Int32, output: String) {
        let words = command.map { $0 == "|" ? $0 : "'" + $0.replacing("'", with: "'\\''") + "'" }
        let line = words.joined(separator: " ") + " 2>&1"
        guard let pipe = unsafe popen(line, "r") else { throw SystemError(what: "popen", code: errno) }
        let output = unsafe Compiler.text(of: pipe)
        return unsafe (pclose(pipe), output)
    }

    private static func text(of file: UnsafeMutablePointer<FILE>) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    private static func directoryOfThisProgram() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw SystemError(what: "/proc/self/exe", code: errno) }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "/").dropLast().map { "/" + $0 }
            .joined()
    }
}

struct SystemError: Error {
    let what: String
    let code: Int32
}
