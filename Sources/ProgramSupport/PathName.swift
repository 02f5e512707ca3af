import ArgumentParser
package import SystemPackage

/// The name of a file, byte for byte from the command line to the system call.
///
/// This is not a `FilePath`, which drops a slash at the end: the system has to refuse `file/` if `file` is not a directory.
package struct PathName: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    /// Without the terminating zero.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// An argument out of ``Arguments/encoded``.
    package init?(argument: String) { self.init(bytes: Arguments.decode(argument)) }

    /// For messages: see ``Arguments/shown(_:)``.
    package var description: String { Arguments.shown(bytes) }

    /// The name for an interface that takes only text.
    ///
    /// - Throws: a `ValidationError` if the name is not UTF-8.
    package func text() throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(self): only a name in UTF-8 can be used here")
        }
        return text
    }

    /// Reads the whole file, or everything that comes out of a pipe.
    package func contents() throws(SystemError) -> [UInt8] {
        let file = try open(.readOnly)
        defer { try? file.close() }
        do throws(Errno) { return try file.readWhole() } catch { throw SystemError(description, error) }
    }

    /// Whether the name stands for a standard stream.
    package var isDash: Bool { bytes == [UInt8(ascii: "-")] }

    /// Calls `body` with the name as the system takes it.
    package func withCString<Value, Failure>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try unsafe (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { name throws(Failure) in
            // SAFETY: there is at least the zero, so there is an address; it is valid until the closure returns.
            try unsafe body(name.baseAddress!)
        }
    }

    /// Opens the file; no child of this process gets the descriptor.
    ///
    /// - Throws: the system's error, with the file's name.
    package func open(
        _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = [], permissions: FilePermissions? = nil
    ) throws(SystemError) -> FileDescriptor {
        do {
            return try unsafe withCString { name throws in
                try unsafe FileDescriptor.open(
                    name, mode, options: options.union(.closeOnExec), permissions: permissions, retryOnInterrupt: true)
            }
        } catch { throw SystemError(description, error as? Errno ?? .ioError) }
    }
}
