/// A table in Markdown.
enum MarkdownTable {
    /// One line for each row. Its first columns, as many as `words`, contain words. The others contain numbers, which end at
    /// the right.
    static func text(_ head: [String], _ rows: [[String]], words: Int) -> String {
        let alignment = head.indices.map { $0 < words ? "---" : "--:" }
        return ([head, alignment] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// A median, and the spread in parentheses.
    static func figure(_ spread: Spread) -> String { "\(TableReport.short(spread.median)) \(range(spread))" }

    /// How many times better the ring was, in bold if it was worse.
    static func ratio(_ value: Double) -> String {
        let text = TableReport.short(value)
        return value < 0.995 ? "**\(text)**" : text
    }

    /// The spread in parentheses.
    static func range(_ spread: Spread) -> String {
        "(\(TableReport.short(spread.min)) – \(TableReport.short(spread.max)))"
    }
}
