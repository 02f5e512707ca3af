/// A problem with compressed data.
package enum GzipProblem: Error, Equatable {
    case notGzip
    case unknownMethod(UInt8)
    case encrypted
    case unknownFlags(UInt8)
    case headerChecksum
    case unexpectedEnd
    case formatViolated
    case wrongChecksum
    case wrongLength

    /// gzip's words.
    var message: String {
        switch self {
        case .notGzip: "not in gzip format"
        case .unknownMethod(let method): "unknown method \(method) -- not supported"
        case .encrypted: "is encrypted -- not supported"
        case .unknownFlags(let flags): "has flags 0x\(String(flags, radix: 16)) -- not supported"
        case .headerChecksum: "invalid compressed data--header checksum error"
        case .unexpectedEnd: "unexpected end of file"
        case .formatViolated: "invalid compressed data--format violated"
        case .wrongChecksum: "invalid compressed data--crc error"
        case .wrongLength: "invalid compressed data--length error"
        }
    }
}

/// The header of a gzip member (RFC 1952), written and read. Nothing here touches a file.
enum GzipHeader {
    static let magic: (UInt8, UInt8) = (0x1f, 0x8b)
    static let deflate: UInt8 = 8

    /// The bits of the flag byte.
    enum Flag {
        static let headerChecksum: UInt8 = 0x02
        static let extra: UInt8 = 0x04
        static let name: UInt8 = 0x08
        static let comment: UInt8 = 0x10
        static let encrypted: UInt8 = 0x20
        static let reserved: UInt8 = 0xc0
    }

    /// A header, without a checksum of its own.
    ///
    /// - Parameters:
    ///   - name: of the file without its directories, byte for byte; empty for none.
    ///   - modified: seconds since 1970; 0 for unknown, as is anything that 32 bits do not hold.
    ///   - level: 1 and 9 are recorded for the reader.
    /// - Returns: its bytes.
    static func bytes(name: [UInt8], modified: Int, level: Int32) -> [UInt8] {
        let seconds = UInt32(exactly: modified) ?? 0
        var bytes = [magic.0, magic.1, deflate, name.isEmpty ? 0 : Flag.name]
        bytes += littleEndian(seconds)
        bytes += [level == 9 ? 2 : level == 1 ? 4 : 0, 3]
        if !name.isEmpty { bytes += name + [0] }
        return bytes
    }

    static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// Reads a header byte by byte and keeps nothing of it, so no header is too long.
///
/// It is a value with one pure function: the same bytes give the same results.
package struct GzipHeaderParser {
    private enum Field {
        case magic0
        case magic1(after: UInt8)
        case method, flags
        case fixed(left: Int)
        case extraLow
        case extraHigh(low: UInt8)
        case extra(left: Int)
        case name, comment
        case checksumLow
        case checksumHigh(low: UInt8)
        case done
    }

    private var field = Field.magic0
    private var flags: UInt8 = 0
    /// CRC-32 of what was read, not yet inverted at the end.
    private var checksum: UInt32 = .max

    package init() {}

    /// Takes the next byte.
    ///
    /// - Returns: whether it was the last of the header.
    /// - Throws: the problem with the header; the parser is of no use after that.
    package mutating func consume(_ byte: UInt8) throws(GzipProblem) -> Bool {
        let before = checksum
        update(byte)
        switch field {
        case .magic0:
            // As gzip: one byte that is not zero may be the start of a member that was cut off.
            guard byte != 0 else { throw .notGzip }
            field = .magic1(after: byte)
        case .magic1(let first):
            guard (first, byte) == GzipHeader.magic else { throw .notGzip }
            field = .method
        case .method:
            guard byte == GzipHeader.deflate else { throw .unknownMethod(byte) }
            field = .flags
        case .flags:
            guard byte & GzipHeader.Flag.encrypted == 0 else { throw .encrypted }
            guard byte & GzipHeader.Flag.reserved == 0 else { throw .unknownFlags(byte) }
            flags = byte
            field = .fixed(left: 6)
        case .fixed(let left):
            field = left > 1 ? .fixed(left: left - 1) : flags & GzipHeader.Flag.extra != 0 ? .extraLow : afterExtra
        case .extraLow: field = .extraHigh(low: byte)
        case .extraHigh(let low):
            let length = Int(byte) << 8 | Int(low)
            field = length > 0 ? .extra(left: length) : afterExtra
        case .extra(let left): field = left > 1 ? .extra(left: left - 1) : afterExtra
        case .name: if byte == 0 { field = afterName }
        case .comment: if byte == 0 { field = afterComment }
        case .checksumLow:
            checksum = before
            field = .checksumHigh(low: byte)
        case .checksumHigh(let low):
            guard ~before & 0xffff == UInt32(byte) << 8 | UInt32(low) else { throw .headerChecksum }
            field = .done
        case .done: preconditionFailure("a header was read to its end already")
        }
        if case .done = field { return true }
        return false
    }

    private var afterExtra: Field { flags & GzipHeader.Flag.name != 0 ? .name : afterName }
    private var afterName: Field { flags & GzipHeader.Flag.comment != 0 ? .comment : afterComment }
    private var afterComment: Field { flags & GzipHeader.Flag.headerChecksum != 0 ? .checksumLow : .done }

    /// Works bit by bit: a header is short, and this file has no dependencies.
    private mutating func update(_ byte: UInt8) {
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 0 ? 0 : 0xedb8_8320) }
    }
}
