import BenchKit
import Foundation
import Testing

/// The README's picture and table are those of the results that are kept; `scripts/lib/readme-results` makes them so.
@Suite struct KeptResultsTests {
    private let directory = Machine.packageDirectory

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
    }

    @Test func theReadmeShowsThem() throws {
        let page = Page(
            try StoredReport.read(
                Data(contentsOf: URL(fileURLWithPath: directory + "/Benchmarks/results/ci.json")), "ci.json"))
        let readme = try text("README.md")
        let begin = try #require(readme.range(of: "<!-- results: begin -->\n"))
        let end = try #require(readme.range(of: "<!-- results: end -->"))
        #expect(try readme[begin.upperBound..<end.lowerBound] == #require(page.markdown()))
        #expect(try text("Benchmarks/results/ci.svg") == #require(page.picture()))
    }
}
