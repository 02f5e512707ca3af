import Glibc

/// The Swift compiler, as a client of the package as it was built for this very run.
struct Compiler {
    private let arguments: [String]

    /// Where modules stand follows from where this program stands: debug or release, whatever the scratch path.
    init() throws {
        let products = try Compiler.directoryOfThisProgram()
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        arguments = [
            "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-parse-as-library",
            "-I", products + "/Modules",
            "-Xcc", "-fmodule-map-file=" + products + "/CRings.build/module.modulemap",
            "-Xcc", "-I" + package + "/Sources/CRings/include",
        ]
    }

    /// Compiles one of the cases, not only up to the types: who owns what is checked behind them.
    func compile(_ name: String, misuse: Bool) throws -> (status: Int32, output: String) {
        let file = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Cases/\(name).swift"
        return try run(arguments + (misuse ? ["-D", "MISUSE"] : []) + [file])
    }

    private func run(_ command: [String]) throws -> (status: Int32, output: String) {
        let line = command.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ") + " 2>&1"
        guard let pipe = unsafe popen(line, "r") else { throw SystemError(what: "popen", code: errno) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            output += buffer[..<count]
        }
        return unsafe (pclose(pipe), String(decoding: output, as: UTF8.self))
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
