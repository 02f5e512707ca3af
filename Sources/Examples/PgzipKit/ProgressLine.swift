import CWidth
import Glibc

/// The text of the line that shows how far the work is. It fits into any number of columns, counted as a terminal does.
enum ProgressLine {
    private static let cut = "..."
    /// The longest name that is shown whole.
    private static let name = 24
    private static let bar = 25

    /// The line, at most `columns` wide. With less room, first the name is shortened; then the bar is left out, then the
    /// name, then the percent sign.
    static func text(name: String, percent: Int, columns: Int) -> String {
        let number = "\(percent) %"
        guard let short = [number, "\(percent)%", "\(percent)"].first(where: { $0.utf8.count <= columns }) else {
            return ""
        }
        let blocks = percent * bar / 100
        let drawn = "[" + String(repeating: "#", count: blocks) + String(repeating: ".", count: bar - blocks) + "] "
        var room = columns - number.utf8.count - 1
        let hasBar = room > drawn.utf8.count + cut.utf8.count
        if hasBar { room -= drawn.utf8.count }
        guard room > cut.utf8.count else { return short }
        return ending(of: name, columns: min(room, ProgressLine.name)) + " " + (hasBar ? drawn : "") + number
    }

    /// As much of the end of `text` as fits, cut between two characters.
    static func ending(of text: String, columns: Int) -> String {
        var kept: [Character] = []
        var used = 0
        let all = text.reduce(0) { $0 + width(of: $1) }
        let room = all <= columns ? columns : columns - cut.utf8.count
        for character in text.reversed() {
            let width = width(of: character)
            if used + width > room { break }
            used += width
            kept.append(character)
        }
        return (all <= columns ? "" : cut) + String(kept.reversed())
    }

    /// Columns of a character with all that is combined with it.
    private static func width(of character: Character) -> Int {
        // Set the locale only for this thread, and only while it counts.
        let before = unsafe uselocale(locale)
        defer { _ = unsafe uselocale(before) }
        return character.unicodeScalars.reduce(0) { sum, scalar in
            // If terminals may disagree, the larger width: characters that the C library does not know are wide, and
            // U+FE0F makes some characters wide.
            let width = Int(wcwidth(wchar_t(scalar.value)))
            return sum + (width < 0 ? 2 : scalar == "\u{fe0f}" ? 1 : width)
        }
    }

    // SAFETY: made once, never changed and never freed; any number of threads may use a locale.
    private nonisolated(unsafe) static let locale = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
}
