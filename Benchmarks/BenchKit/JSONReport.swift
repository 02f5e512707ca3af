import Foundation

/// The output of a subcommand with `--format json`; described in `Benchmarks/FORMAT.md`.
public protocol JSONReport: Sendable, Encodable {}

extension JSONReport {
    /// As JSON, with a line feed at its end.
    ///
    /// - Returns: the text, its keys in order.
    /// - Throws: if a figure is not a number.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
