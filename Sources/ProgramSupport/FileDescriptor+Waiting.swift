import Glibc
package import SystemPackage

extension FileDescriptor {
    /// Writes all bytes, however many calls that takes. Repeats a call that a signal interrupted, and waits for room if the
    /// descriptor is non-blocking.
    ///
    /// - Parameters:
    ///   - bytes: the bytes to write.
    ///   - patience: how long to wait each time there is no room, in milliseconds; `nil` waits for ever.
    /// - Throws: the system's error; `.resourceTemporarilyUnavailable` if there was no room for that long.
    package func writeWhole(_ bytes: UnsafeRawBufferPointer, patience: Int32? = nil) throws(Errno) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            do {
                let count = try unsafe write(rest, retryOnInterrupt: true)
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } catch Errno.resourceTemporarilyUnavailable {
                if !wait(for: POLLOUT, atMost: patience) { throw .resourceTemporarilyUnavailable }
            } catch { throw Self.code(of: error) }
        }
    }

    /// The same for an array.
    package func writeWhole(_ bytes: [UInt8], patience: Int32? = nil) throws(Errno) {
        let failure = unsafe bytes.withUnsafeBytes { bytes -> Errno? in
            do throws(Errno) { try unsafe writeWhole(bytes, patience: patience) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    /// Reads to the end of a file, a pipe or a terminal, non-blocking or not.
    package func readWhole() throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            do {
                let count = try unsafe chunk.withUnsafeMutableBytes { room in
                    try unsafe read(into: room, retryOnInterrupt: true)
                }
                if count == 0 { return bytes }
                bytes += chunk[..<count]
            } catch Errno.resourceTemporarilyUnavailable {
                _ = wait(for: POLLIN, atMost: nil)
            } catch { throw Self.code(of: error) }
        }
    }

    /// Waits until a call would not fail with `EAGAIN`; `false` if that took longer than `milliseconds`.
    private func wait(for event: Int32, atMost milliseconds: Int32?) -> Bool {
        var waiting = pollfd(fd: rawValue, events: Int16(event), revents: 0)
        while true {
            let ready = unsafe poll(&waiting, 1, milliseconds ?? -1)
            if ready >= 0 { return ready > 0 }
            // Any other failure occurs again in the next call, which reports it.
            if errno != EINTR { return true }
        }
    }

    private static func code(of error: any Error) -> Errno { error as? Errno ?? .ioError }
}
