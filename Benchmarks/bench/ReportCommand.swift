import ArgumentParser
import BenchKit

/// `bench report`: results as a page for people.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "A page from results that were stored with --format json: one file that needs no network.")

    @Argument(help: "Files that --format json wrote, in the order in which they are to be shown.")
    var results: [String]

    @Option(name: .shortAndLong, help: "Write the page to this file.")
    var output: String

    func run() throws {
        // All that can be wrong with the results comes before the page is touched.
        let page = Page(try results.map { try StoredReport(path: $0) })
        try Destination(output).write(page.html())
    }
}
