import Testing

/// The code that the README and the articles show compiles, with the modules that it imports.
@Suite(.serialized) struct ReadmeTests {
    @Test(arguments: try Article.all()) func itsExamplesCompile(file: String) throws {
        let article = try Article(file)
        for example in article.examples {
            let (status, output) = try Compiler().compile(text: example)
            #expect(status == 0 && output.isEmpty, "\(output)")
        }
        // Part of a program may leave a result unused.
        for part in article.parts {
            let (status, output) = try Compiler()
                .compile(text: "import Pipelines\nimport RingQueues\nfunc part() throws {\n\(part)}\n")
            #expect(status == 0, "\(output)")
        }
    }

    @Test func noArticleIsLeftOut() throws {
        let articles = try Article.all().map { try Article($0) }
        #expect(articles.count >= 18 && articles.count { !$0.examples.isEmpty } >= 7)
        #expect(articles.reduce(0) { $0 + $1.parts.count } >= 4)
    }

    /// Each line alone, after the article's code before its table. A line may leave a result unused.
    @Test func itsTablesCompile() throws {
        let lines = try Article("Sources/Pipelines/Pipelines.docc/FromPython.md").lines
        #expect(lines.count > 30)
        let functions = lines.enumerated().map { "func line\($0)() throws {\n\($1)\n}\n" }
        let (status, output) = try Compiler()
            .compile(text: "import Pipelines\nimport RingQueues\n" + functions.joined())
        #expect(status == 0, "\(output)")
    }
}
