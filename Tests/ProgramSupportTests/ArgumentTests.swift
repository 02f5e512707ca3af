import ArgumentParser
import ProgramSupport
import Testing

/// Bytes of the command line, as text and back.
@Suite struct ArgumentTests {
    static let names: [[UInt8]] = [
        [], Array("plain".utf8), Array("größe".utf8), [0x74, 0xE8], [0xFF, 0xFE, 0x80], Array("\u{301}x".utf8),
        Array("a\u{200D}/b\u{600}.gz".utf8), Array("\u{10FF41}\u{10FFFF}".utf8), Array("a\r\nb\u{1B}[2J\t\u{7F}".utf8),
        Array(1...255),
    ]

    @Test(arguments: names) func everyByteComesBack(name: [UInt8]) {
        #expect(Arguments.decode(Arguments.encode(name)) == name)
    }

    private struct Options: ParsableArguments {
        @Option(name: .shortAndLong) var output: PathName
    }

    @Test(arguments: names) func everyNamePassesTheParser(name: [UInt8]) throws {
        guard !name.isEmpty else { return }
        #expect(try Options.parse([Arguments.encode(Array("--output=".utf8) + name)]).output.bytes == name)
        #expect(try Options.parse(["-o", Arguments.encode(name)]).output.bytes == name)
    }

    @Test(
        arguments: [
            ([0x74, 0xE8], #"t\xe8"#), (Array("größe 漢\u{301}".utf8), "größe 漢\u{301}"),
            (Array("\u{1B}[2J\n\r\t\u{7F}".utf8), #"\x1b[2J\x0a\x0d\x09\x7f"#),
            (Array("\u{9B}2J".utf8), #"\xc2\x9b2J"#),
            (Array("\u{202E}x\u{2028}".utf8), #"\xe2\x80\xaex\xe2\x80\xa8"#), ([0xE2, 0x82, 0x41], #"\xe2\x82A"#),
            ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#), ([0xC3], #"\xc3"#), (Array(#"a\b"#.utf8), #"a\b"#),
        ] as [([UInt8], String)])
    func namesAreShownWithoutControlCharacters(name: [UInt8], shown: String) {
        #expect("\(PathName(bytes: name))" == shown)
        #expect(Arguments.readable("'\(Arguments.encode(name))'\n") == "'\(shown)'\n")
    }
}
