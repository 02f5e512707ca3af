import CRings

/// A file descriptor that `poll`, `epoll` and `io_uring` report as readable when a queue is ready.
///
///     let descriptor = try EventDescriptor()
///     consumer.onReady(signalling: descriptor)
///     // when the loop reports descriptor.rawValue as readable:
///     descriptor.clear()
///     while case .dequeued(let element) = consumer.tryDequeue() { handle(element) }
///     consumer.onReady(signalling: descriptor)
///
/// Clear it before the tries, and register it again after them. Several ends can share one. On Linux it is an `eventfd`. It
/// is closed when the last reference is gone: take it out of the loop before.
public final class EventDescriptor: Sendable {
    /// The descriptor, for the event loop. Do not read, write or close it.
    public let rawValue: Int32

    /// Makes a descriptor, which is not signalled.
    ///
    /// - Throws: ``EventDescriptorError`` if the system has none left.
    public init() throws(EventDescriptorError) {
        let made = rq_descriptor_make()
        if made < 0 { throw EventDescriptorError(code: -made) }
        rawValue = made
    }

    deinit { rq_descriptor_close(rawValue) }

    /// Makes it readable. Any thread, and does not wait.
    public func signal() { rq_descriptor_signal(rawValue) }

    /// Makes it unreadable until the next signal. Any thread, and does not wait.
    public func clear() { rq_descriptor_clear(rawValue) }
}

/// Why an ``EventDescriptor`` could not be made.
public struct EventDescriptorError: Error, Equatable, CustomStringConvertible {
    /// The system's error number.
    public let code: Int32

    /// Creates the error.
    public init(code: Int32) { self.code = code }

    /// What went wrong.
    public var description: String { "no event descriptor could be made: \(Platform.errorName(code))" }
}

extension Consumer where Element: ~Copyable {
    /// Signals a descriptor once, as soon as the queue may have an element or has ended. See ``EventDescriptor``.
    ///
    /// - Parameter descriptor: the one to signal. The queue holds it until then.
    public mutating func onReady(signalling descriptor: EventDescriptor) { onReady { descriptor.signal() } }
}

extension Producer where Element: ~Copyable {
    /// Signals a descriptor once, as soon as the queue may have room or is closed. See ``EventDescriptor``.
    ///
    /// - Parameter descriptor: the one to signal. The queue holds it until then.
    public mutating func onRoom(signalling descriptor: EventDescriptor) { onRoom { descriptor.signal() } }
}
