private import CTestSupport
import Glibc
import RingQueues

/// A destination of a program's output that is not a file: descriptor 9 (`sh("bench >&9", outlet: .nonBlocking)`).
package enum Outlet: Sendable, CaseIterable {
    /// A non-blocking pipe, read for the first time when it is full, or the program has ended.
    case nonBlocking
    /// A non-blocking pipe that is full, without a reader.
    case full
    /// A pipe whose reader has gone.
    case broken
    /// A terminal, 80 columns wide.
    case terminal
}

/// Both ends of an outlet, for the thread that runs the script.
final class OpenOutlet {
    private let outlet: Outlet
    private var reader: Int32
    private(set) var writer: Int32

    init(_ outlet: Outlet) {
        self.outlet = outlet
        var ends: [Int32] = [-1, -1]
        let isOpen = unsafe outlet == .terminal ? ts_open_terminal(&ends, 80) : ts_open_pipe(&ends)
        precondition(isOpen, "no \(outlet) outlet (\(Platform.errorName(errno)))")
        if outlet == .nonBlocking || outlet == .full { _ = fcntl(ends[1], F_SETFL, O_NONBLOCK) }
        (reader, writer) = (ends[0], ends[1])
        if outlet == .full { while unsafe write(writer, [UInt8(0)], 1) == 1 {} }
        if outlet == .broken { closeReader() }
    }

    deinit {
        closeWriter()
        closeReader()
    }

    /// Reads everything, until the program and its children have ended or closed it.
    func read(_ process: pid_t) -> [UInt8] {
        if outlet == .nonBlocking {
            // The program has to meet a full pipe.
            while isWritable && !ts_has_ended(process) { sched_yield() }
        }
        closeWriter()
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 12)
        while outlet == .nonBlocking || outlet == .terminal {
            let count = unsafe Glibc.read(reader, &part, part.count)
            if count > 0 { bytes += part[..<count] }
            // A terminal that no process has open any more is an error.
            if count == 0 || count < 0 && errno != EINTR { break }
        }
        return bytes
    }

    private var isWritable: Bool {
        var waiting = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&waiting, 1, 0) == 1
    }

    private func closeReader() {
        if reader >= 0 { close(reader) }
        reader = -1
    }

    private func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }
}
