import ArgumentParser
import BenchKit
import ProgramSupport

/// `bench report`: results as a page for people.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "A page from results that were stored with --format json: one file that needs no network.")

    @Argument(help: "Files that --format json wrote, or arrays of such results, in the order of the page.")
    var results: [PathName]

    /// The form of the output.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case html, svg, markdown
    }

    @Option(help: "html: the page; svg: its first chart alone; markdown: a summary and all tables.")
    var format = Kind.html

    @Option(name: .shortAndLong, help: "Write it to this file; - is standard output.")
    var output: PathName

    func run() throws {
        // The page is touched only after all results have been checked.
        let page = Page(try results.flatMap { try StoredReport.all(in: $0) })
        let text =
            switch format {
            case .html: page.html()
            case .svg: page.picture()
            case .markdown: page.markdown()
            }
        guard let text else {
            let names = results.map(\.description).joined(separator: ", ")
            throw ValidationError("\(names): nothing in it makes a chart or a table")
        }
        try Destination(output).write(text)
    }
}
