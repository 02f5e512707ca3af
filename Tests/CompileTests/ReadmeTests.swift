import Testing

/// What the README and the articles show compiles, with the modules that it imports.
@Suite(.serialized) struct ReadmeTests {
    @Test(
        arguments: [
            "README.md", "Sources/RingQueues/RingQueues.docc/RingQueues.md",
            "Sources/Pipelines/Pipelines.docc/Pipelines.md",
            "Sources/Pipelines/Pipelines.docc/FromPython.md",
        ])
    func itsExamplesCompile(file: String) throws {
        let examples = try Article(file).examples
        #expect(!examples.isEmpty)
        for example in examples {
            let (status, output) = try Compiler().compile(text: example)
            #expect(status == 0 && output.isEmpty, "\(output)")
        }
    }

    /// Each line by itself, behind what the article has made before its table. That a result is not used is no concern
    /// of a line.
    @Test func itsTablesCompile() throws {
        let lines = try Article("Sources/Pipelines/Pipelines.docc/FromPython.md").lines
        #expect(lines.count > 30)
        let functions = lines.enumerated().map { "func line\($0)() throws {\n\($1)\n}\n" }
        let (status, output) = try Compiler()
            .compile(text: "import Pipelines\nimport RingQueues\n" + functions.joined())
        #expect(status == 0, "\(output)")
    }
}

/// The Swift of a text in Markdown.
private struct Article {
    /// Its blocks that are whole files: they begin with an import.
    private(set) var examples: [String] = []
    /// What stands in the second column of its tables, each behind the last block that is no whole file.
    private(set) var lines: [String] = []

    init(_ file: String) throws {
        var block: String?
        var made = ""
        for line in try Compiler.file(file).split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```swift" {
                block = ""
            } else if line == "```", let text = block {
                if text.hasPrefix("import ") { examples.append(text) } else { made = text }
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
