/// Text as it came, in any encoding. Only a tab and the end of a line have a meaning here.
typealias Bytes = [UInt8]

let tab = UInt8(ascii: "\t")
let newline = UInt8(ascii: "\n")

/// One line of the input.
struct Line: Sendable {
    let number: Int
    let text: Bytes
}

struct Letter: Sendable {
    struct NoAddress: Error, CustomStringConvertible {
        let description = "no address"
    }

    let address: Bytes
    let text: Bytes

    init(_ line: Line) throws(NoAddress) {
        guard let end = line.text.firstIndex(of: tab), end > 0 else { throw NoAddress() }
        address = Bytes(line.text[..<end])
        text = Bytes(line.text[(end + 1)...])
    }
}

/// One line of the output.
enum Entry: Sendable {
    case delivered(Letter, number: Int)
    case returned(Line, String)
    case count(Bytes, Int)
}
