/// An end on its way to the thread or task that it is for.
final class Parcel<Content: ~Copyable>: @unchecked Sendable {
    // SAFETY: the content was `sending`; one thread takes it out, once, and its start orders that after `init`.
    private nonisolated(unsafe) var content: Content?

    init(_ content: consuming sending Content) { unsafe self.content = consume content }

    func open() -> sending Content {
        nonisolated(unsafe) let content = unsafe content.take()!
        return unsafe content
    }
}
