import Testing

/// What the README shows compiles, with the modules that it imports.
@Suite(.serialized) struct ReadmeTests {
    @Test func itsExamplesCompile() throws {
        let blocks = try Compiler.readme().split(separator: "```swift\n", omittingEmptySubsequences: false).dropFirst()
        let examples = blocks.compactMap { $0.split(separator: "```", maxSplits: 1).first.map(String.init) }
        #expect(!examples.isEmpty)
        for example in examples {
            let (status, output) = try Compiler().compile(text: example)
            #expect(status == 0 && output.isEmpty, "\(output)")
        }
    }
}
