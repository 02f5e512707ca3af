/// An output span with room for `capacity` elements; elements that `body` leaves in it are destroyed.
package func withOutputSpan<E: ~Copyable, R: ~Copyable>(
    of: E.Type = E.self, capacity: Int, _ body: (inout OutputSpan<E>) throws -> R
) rethrows -> R {
    let memory = UnsafeMutableBufferPointer<E>.allocate(capacity: capacity)
    defer { unsafe memory.deallocate() }
    // SAFETY: the span owns the memory until it goes, and destroys what it then holds.
    var span = unsafe OutputSpan(buffer: memory, initializedCount: 0)
    return try body(&span)
}

/// The same, with a span that only `body` has: its elements may be sent to a queue whatever their type.
package func withSendingOutputSpan<E: ~Copyable>(
    of: E.Type = E.self, capacity: Int, _ body: (inout sending OutputSpan<E>) throws -> Void
) rethrows {
    let memory = UnsafeMutableBufferPointer<E>.allocate(capacity: capacity)
    defer { unsafe memory.deallocate() }
    // SAFETY: as above.
    var span = unsafe OutputSpan(buffer: memory, initializedCount: 0)
    try body(&span)
}
