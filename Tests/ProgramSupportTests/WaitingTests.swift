import Glibc
import ProgramSupport
import SystemPackage
import TestSupport
import Testing

/// Non-blocking descriptors are waited for: the thread sleeps, and nothing is lost.
@Suite(.watched) struct WaitingTests {
    /// A pipe with two non-blocking ends.
    private func pipe() throws -> (reader: FileDescriptor, writer: FileDescriptor) {
        let (reader, writer) = try FileDescriptor.pipe()
        for end in [reader, writer] { #expect(fcntl(end.rawValue, F_SETFL, O_NONBLOCK) == 0) }
        return (reader, writer)
    }

    @Test func aWriterSleepsUntilThereIsRoom() throws {
        let (reader, writer) = try pipe()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var threads = Threads()
        threads.start {
            do throws(Errno) { try writer.writeWhole(bytes) } catch { Issue.record("\(error)") }
            try? writer.close()
        }
        threads.waitUntilAsleep()
        #expect(try reader.readWhole() == bytes)
        threads.join()
        try reader.close()
    }

    @Test func aReaderSleepsUntilThereIsSomething() throws {
        let (reader, writer) = try pipe()
        var threads = Threads()
        threads.start {
            do throws(Errno) { #expect(try reader.readWhole() == [1, 2, 3]) } catch { Issue.record("\(error)") }
        }
        threads.waitUntilAsleep()
        try writer.writeWhole([1])
        threads.waitUntilAsleep()
        try writer.writeWhole([2, 3])
        try writer.close()
        threads.join()
        try reader.close()
    }

    @Test func patienceEndsWithoutRoom() throws {
        let (reader, writer) = try pipe()
        #expect(throws: Errno.resourceTemporarilyUnavailable) {
            try writer.writeWhole([UInt8](repeating: 0, count: 1_000_000), patience: 0)
        }
        try writer.close()
        #expect(!(try reader.readWhole().isEmpty))
        try reader.close()
    }

    @Test func aBrokenPipeIsAnError() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = try pipe()
        try reader.close()
        #expect(throws: Errno.brokenPipe) { try writer.writeWhole([1]) }
        try writer.close()
    }
}
