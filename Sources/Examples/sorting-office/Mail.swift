import Glibc
import ProgramSupport

/// The source of letters, one per line. One thread takes them; any thread may interrupt it.
protocol Mail: Sendable {
    func forEach(_ body: (Bytes) throws -> Void) throws
    func interrupt()
}

/// Invented letters; the same letters for the same seed. One in sixteen has no address.
struct InventedMail: Mail {
    let count: Int
    let seed: UInt64

    private static let addresses = ["Amsel", "Drossel", "Fink", "Meise", "Specht", "Star", "Zeisig"]

    func forEach(_ body: (Bytes) throws -> Void) throws {
        var random = seed
        for number in 0..<count {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let address = random >> 60 == 0 ? "" : Self.addresses[Int(random >> 33) % Self.addresses.count]
            try body(Bytes("\(address)\tletter \(number + 1)".utf8))
        }
    }

    func interrupt() {}
}

/// Read from files, one after the other; `-` is standard input.
final class ReadMail: Mail {
    private let files: [PathName]
    /// A pipe that becomes readable when the reading is to end.
    private let bell: (listen: Int32, ring: Int32)

    init(_ files: [PathName]) throws(SystemError) {
        self.files = files
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("a pipe") }
        bell = (ends[0], ends[1])
    }

    deinit {
        close(bell.listen)
        close(bell.ring)
    }

    func interrupt() {
        var byte: UInt8 = 0
        _ = unsafe write(bell.ring, &byte, 1)
    }

    func forEach(_ body: (Bytes) throws -> Void) throws {
        for file in files {
            if file.isDash {
                try forEachLine(of: STDIN_FILENO, "standard input", body)
            } else {
                // Opening a FIFO that has no writer yet would wait in open, where the bell is not heard.
                let descriptor = try file.open(.readOnly, options: .nonBlocking).rawValue
                defer { close(descriptor) }
                try forEachLine(of: descriptor, "\(file)", body)
            }
        }
    }

    private func forEachLine(of descriptor: Int32, _ name: String, _ body: (Bytes) throws -> Void) throws {
        var line: Bytes = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while hasBytes(descriptor) {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count >= 0 else { throw SystemError(name) }
            if count == 0 {
                if !line.isEmpty { try body(line) }
                return
            }
            let parts = chunk[..<count].split(separator: newline, omittingEmptySubsequences: false)
            for part in parts.dropLast() {
                try body(line + part)
                line = []
            }
            line += parts.last ?? []
        }
    }

    /// Waits for bytes or the end of the file; `false` if the reading is to end.
    private func hasBytes(_ descriptor: Int32) -> Bool {
        var waiting = [descriptor, bell.listen].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while unsafe poll(&waiting, 2, -1) < 0 && errno == EINTR {}
        return waiting[1].revents == 0
    }
}
