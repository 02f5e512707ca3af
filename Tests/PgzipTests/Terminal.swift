import Glibc
import TestSupport

/// A terminal of a given width: the output of a program, and the place of the cursor. It knows carriage return, erasing
/// to the end of the line, and text; anything else is kept as an offence.
struct Screen {
    let columns: Int
    private(set) var line: [Character] = []
    private var column = 0
    /// Rows below the first that were touched.
    private(set) var scrolled = 0
    private(set) var offences: [String] = []
    /// How often the line was drawn: each drawing ends by erasing the rest of the line.
    private(set) var drawings = 0

    init(columns: Int) { self.columns = columns }

    mutating func show(_ text: Substring) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": (column, line) = (0, [])
            case "\u{1b}":
                if rest.starts(with: "[K".unicodeScalars) {
                    rest = rest.dropFirst(2)
                    drawings += 1
                } else {
                    offences.append("escape")
                }
            case "\0"..<" ", "\u{7f}"..<"\u{a0}": offences.append("control character \(scalar.value)")
            default:
                let width = Screen.width(of: scalar)
                // A terminal that does not wait with the new line until there is more to show.
                if column + width >= columns { scrolled += 1 }
                column += width
                line.append(Character(scalar))
            }
        }
    }

    /// From Unicode's East_Asian_Width, for the characters of the tests. U+FE0F makes the character before it wide, as in
    /// some terminals.
    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x300...0x36f, 0x200b...0x200d: 0
        case 0x3000...0x9fff, 0xac00...0xd7a3, 0xff01...0xff60, 0x1f300...0x1faff: 2
        default: 1
        }
    }
}

/// A device that pgzip has to leave alone. For root it is in a place where no file can be created or removed: otherwise a
/// pgzip that takes a device for a file would replace `/dev/null` for the whole machine.
let device = geteuid() == 0 ? "/dev/pts/ptmx" : "/dev/null"

/// A pseudoterminal; a program gets the other end by its path.
final class Pseudoterminal: Sendable {
    private let descriptor: Int32
    let path: String

    init() {
        descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // TIOCSPTLCK and TIOCGPTN, which Swift does not import.
        var (lock, number): (Int32, Int32) = (0, 0)
        let isOpen = unsafe ioctl(descriptor, 0x4004_5431, &lock) == 0 && ioctl(descriptor, 0x8004_5430, &number) == 0
        precondition(isOpen, "there is no pseudoterminal (errno \(errno))")
        path = "/dev/pts/\(number)"
    }

    deinit { close(descriptor) }

    func resize(to columns: Int) {
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        precondition(unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0, "no size for a pseudoterminal")
    }

    /// The output since the last call; waits for it unless `isPatient` is false, when there may be nothing.
    func read(isPatient: Bool) -> [UInt8] {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, isPatient ? Int32(1000 * Settings.patience) : 0) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes[..<max(0, count)])
    }

    /// The output up to the end of the next drawing; `nil` if nothing comes. It may come in several pieces.
    func drawing() -> String? {
        var bytes: [UInt8] = []
        while !bytes.reversed().starts(with: "K[\u{1b}".utf8) {
            let more = read(isPatient: true)
            if more.isEmpty { return nil }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
