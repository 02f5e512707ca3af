import ArgumentParser

/// The spellings of a command line that getopt_long accepts, reduced to those that ArgumentParser does.
enum Spelling {
    private static let longNames = [
        "best", "decompress", "fast", "force", "help", "keep", "output", "processes", "quiet", "stdout", "version",
    ]
    /// The long names of those short ones that take a value.
    private static let valued: [Character: String] = ["o": "output", "p": "processes"]

    /// The same options, each in a word of its own with its value joined, and not abbreviated.
    ///
    /// - Throws: `ValidationError` for an abbreviation of several names. Other mistakes stay in the result.
    static func plain(_ arguments: [String]) throws -> [String] {
        var plain: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                plain.append(word)
                plain += rest
                break
            } else if word.hasPrefix("--") {
                plain.append(try long(word, &rest))
            } else if word.hasPrefix("-") {
                plain += short(word, &rest)
            } else {
                plain.append(word)
            }
        }
        return plain
    }

    private static func long(_ word: String, _ rest: inout ArraySlice<String>) throws -> String {
        let end = word.firstIndex(of: "=") ?? word.endIndex
        let given = word[..<end].dropFirst(2)
        let names = longNames.filter { $0.hasPrefix(given) }
        guard let name = names.first else { return word }
        guard names.count == 1 else {
            let all = names.map { "--" + $0 }.joined(separator: ", ")
            throw ValidationError("option '--\(given)' is ambiguous: \(all)")
        }
        if end == word.endIndex, valued.values.contains(name), let value = rest.popFirst() {
            return "--\(name)=\(value)"
        }
        return "--" + name + word[end...]
    }

    /// One word may hold several flags, and after the last of them an option with its value, joined or in the next word.
    private static func short(_ word: String, _ rest: inout ArraySlice<String>) -> [String] {
        // A dash alone is a file.
        if word == "-" { return [word] }
        var plain: [String] = []
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let name = valued[letter] else {
                plain.append("-\(letter)")
                continue
            }
            let value = letters.isEmpty ? rest.popFirst() : String(letters)
            plain.append(value.map { "--\(name)=\($0)" } ?? "-\(letter)")
            break
        }
        return plain
    }
}
