/// An element between two threads, on its way from a queue to a body.
///
/// Within one function, the compiler tracks which thread may touch an object. Here it cannot: an element comes out of a
/// queue, or goes into one, through closures that hide the kind of queue.
///
/// (This is an enumeration, because the optimizer of Swift 6.3 fails on a structure with a large element.)
@usableFromInline
enum Parcel<Element: ~Copyable>: ~Copyable, @unchecked Sendable {
    // SAFETY: the element was `sending`, or came from a queue whose elements were: no other reference exists.
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
