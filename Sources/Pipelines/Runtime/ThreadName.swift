/// The names of threads: one rule for pipelines, groups and the package's own threads.
enum ThreadName {
    /// The number of bytes of a name that Linux keeps.
    static let room = 15

    /// The name of one worker of a stage: the stage's name, with `-1`, `-2`, … if there are several.
    static func worker(_ number: Int, of workers: Int, in stage: String) -> String {
        workers == 1 ? stage : "\(stage)-\(number)"
    }

    /// A form of the name that the system can keep: at most ``room`` bytes of UTF-8 that are readable on one line.
    ///
    /// - A name that is too long loses whole characters before its number. Only a single character that is itself longer than
    ///   the room is cut, between two of its Unicode scalars.
    /// - A number at the end (`-` and up to nine digits) stays.
    /// - Control characters, line and paragraph separators become `?`. A NUL would end the name.
    /// - An empty name becomes `stage`.
    static func fitting(_ name: String) -> String {
        if name.isEmpty { return "stage" }
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: name.unicodeScalars.lazy.map(\.shown))
        if shown.utf8Count <= room { return String(shown) }
        let digits = shown.reversed().prefix { ("0"..."9").contains($0) }.count
        let isNumbered = (1...9).contains(digits) && shown.dropLast(digits).last == "-"
        let number = isNumbered ? String(shown.suffix(digits + 1)) : ""
        let text = String(shown.dropLast(number.unicodeScalars.count))
        return start(of: text, bytes: room - number.utf8.count) + number
    }

    private static func start(of text: String, bytes: Int) -> String {
        var kept = ""
        for character in text {
            if kept.utf8.count + character.utf8.count > bytes { break }
            kept.append(character)
        }
        if !kept.isEmpty { return kept }
        for scalar in text.unicodeScalars {
            if kept.utf8.count + UTF8.width(scalar) > bytes { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }
}

extension String.UnicodeScalarView {
    fileprivate var utf8Count: Int { reduce(0) { $0 + UTF8.width($1) } }
}

extension Unicode.Scalar {
    /// The scalar, or a question mark if it would control a terminal or end the line.
    fileprivate var shown: Unicode.Scalar {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "?"
        default: self
        }
    }
}
