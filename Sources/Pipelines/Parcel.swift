/// An element between two threads, on its way from a queue to a body.
///
/// The compiler follows who may touch an object within one function. Here it stops: an element comes out of a queue, or
/// goes into one, through closures that hide the kind of queue.
///
/// (An enumeration: the optimizer of Swift 6.3 fails on a structure with a large element.)
@usableFromInline
enum Parcel<Element: ~Copyable>: ~Copyable, @unchecked Sendable {
    // SAFETY: what goes in was `sending`, or came from a queue whose elements were: nobody else holds it.
    case with(Element)

    @inlinable
    @inline(__always)
    init(_ element: consuming Element) { self = .with(element) }

    @inlinable
    @inline(__always)
    consuming func opened() -> Element {
        switch consume self {
        case .with(let element): element
        }
    }
}
