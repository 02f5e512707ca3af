import BenchKit
import Foundation
import Testing

/// The picture, the page of results and the README's table are those of the results that are kept; `scripts/lib/results`
/// writes them.
@Suite struct KeptResultsTests {
    private let directory = Machine.packageDirectory

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
    }

    private func page() throws -> Page {
        let file = URL(fileURLWithPath: directory + "/Benchmarks/results/ci.json")
        return Page(try StoredReport.read(Data(contentsOf: file), "ci.json"))
    }

    /// The lines between the two marks, which occur once.
    private func block(_ path: String) throws -> Substring {
        let text = try text(path)
        let begin = text.ranges(of: "<!-- results: begin -->\n")
        let end = text.ranges(of: "<!-- results: end -->")
        try #require(begin.count == 1 && end.count == 1, "\(path) does not have one block of results")
        return text[begin[0].upperBound..<end[0].lowerBound]
    }

    @Test func pageOfResultsShowsThem() throws {
        #expect(try text("Benchmarks/RESULTS.md") == #require(try page().markdown()))
        #expect(try text("Benchmarks/results/ci.svg") == #require(try page().picture()))
    }

    @Test func readmeShowsTheirSummary() throws {
        let readme = try block("README.md")
        #expect(try readme == block("Benchmarks/RESULTS.md"))
        #expect(readme.contains("÷ best peer") && readme.split(separator: "\n").count > 15)
    }
}
