/// What came in.
struct Line: Sendable {
    let number: Int
    let text: String
}

struct Letter: Sendable {
    struct NoAddress: Error, CustomStringConvertible {
        let description = "no address"
    }

    let address: String
    let text: String

    init(_ line: Line) throws(NoAddress) {
        guard let tab = line.text.utf8.firstIndex(of: UInt8(ascii: "\t")), tab > line.text.startIndex else {
            throw NoAddress()
        }
        address = String(line.text[..<tab])
        text = String(line.text.utf8[tab...].dropFirst()) ?? ""
    }
}

/// What there is to write.
enum Entry: Sendable {
    case delivered(Letter, number: Int)
    case returned(Line, String)
    case count(String, Int)
}
