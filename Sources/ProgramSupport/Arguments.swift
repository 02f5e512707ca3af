import Glibc

/// The command line, byte for byte. ArgumentParser takes only text, so bytes are encoded.
///
/// Each byte outside printable ASCII becomes one character, U+10FF00 plus the byte, until it is decoded. So bytes that are
/// not UTF-8 are kept, and a combining character does not hide the `=` or the `-` before it.
package enum Arguments {
    private static let base: UInt32 = 0x10_FF00

    /// The arguments after the program's name, encoded for `parse` and `parseAsRoot`.
    package static var encoded: [String] {
        // SAFETY: the system's argument vector lives as long as the process, ends with nil, and never changes.
        unsafe UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).dropFirst().map {
            word in
            guard let word = unsafe word else { return "" }
            return unsafe encode(Array(UnsafeRawBufferPointer(start: word, count: strlen(word))))
        }
    }

    /// Text that stands for bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let isPlain = (0x20...0x7E).contains(byte)
            // SAFETY (of the value): U+10FF00 to U+10FFFF are all scalars.
            text.append(isPlain ? Unicode.Scalar(byte) : Unicode.Scalar(base + UInt32(byte)) ?? "?")
        }
        return String(text)
    }

    /// The bytes that such text stands for. Other characters stand for themselves.
    package static func decode(_ text: some StringProtocol) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            scalar.value >= base ? [UInt8(scalar.value - base)] : Array(String(scalar).utf8)
        }
    }

    /// A message in which encoded arguments appear as ``shown(_:)`` writes them.
    package static func readable(_ message: some StringProtocol) -> String {
        var text = ""
        var rest = message.unicodeScalars[...]
        while let first = rest.first {
            let isEncoded = first.value >= base
            let run = rest.prefix { ($0.value >= base) == isEncoded }
            let part = String(String.UnicodeScalarView(run))
            text += isEncoded ? shown(decode(part)) : part
            rest = rest[run.endIndex...]
        }
        return text
    }

    /// Bytes for a terminal: text as it is, with `\xNN` for each byte of a control character or of invalid UTF-8.
    package static func shown(_ bytes: [UInt8]) -> String {
        var text = ""
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var consumed = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if isControl(scalar) {
                    for byte in encoded { text += hexadecimal(byte) }
                } else {
                    text.unicodeScalars.append(scalar)
                }
                consumed += encoded.count
            case .error(let length):
                for byte in bytes[consumed..<(consumed + length)] { text += hexadecimal(byte) }
                consumed += length
            case .emptyInput: return text
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Characters that change the direction of the text around them.
        case .format: scalar.properties.isBidiControl
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
    }
}
