/// An element between two threads, on its way from a queue to a body.
///
/// The compiler follows who may touch an object within one function. Here it stops: an element comes out of a queue, or
/// goes into one, through closures that hide the kind of queue.
@usableFromInline
struct Parcel<Element: ~Copyable>: ~Copyable, @unchecked Sendable {
    // SAFETY: what goes in was `sending`, or came from a queue whose elements were: nobody else holds it.
    @usableFromInline var element: Element?

    @inlinable
    init(_ element: consuming Element) { self.element = consume element }

    @inlinable
    consuming func opened() -> Element { element.take()! }
}
