/// The code of a text in Markdown.
struct Article {
    /// All of it.
    let text: String
    /// Its blocks that are whole files: they begin with an import.
    private(set) var examples: [String] = []
    /// Its other blocks: parts of a function.
    private(set) var parts: [String] = []
    /// Its blocks in no particular language.
    private(set) var otherBlocks: [String] = []
    /// The second columns of its tables, each after the last block that is not a whole file.
    private(set) var lines: [String] = []

    /// The README and the articles of all modules.
    static func all() throws -> [String] {
        try ["README.md"]
            + ["RingQueues", "MutexQueues", "Pipelines"].flatMap { module in
                let directory = "Sources/\(module)/\(module).docc"
                return try Compiler.files(in: directory).filter { $0.hasSuffix(".md") }.map { "\(directory)/\($0)" }
            }
    }

    init(_ file: String) throws {
        text = try Compiler.file(file)
        var block: String?
        var isSwift = false
        var made = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if block == nil, line.hasPrefix("```") {
                block = ""
                isSwift = line == "```swift"
            } else if line == "```", let text = block {
                if !isSwift {
                    otherBlocks.append(text)
                } else if text.hasPrefix("import ") {
                    examples.append(text)
                } else {
                    parts.append(text)
                    made = text
                }
                block = nil
            } else if block != nil {
                block! += line + "\n"
            } else if line.hasPrefix("| ") {
                let code = line.split(separator: "|", omittingEmptySubsequences: false)[2].split(separator: "`")
                if code.count == 3 { lines.append(made + code[1]) }
            }
        }
    }
}
