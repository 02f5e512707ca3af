/// Receives elements that their stage will not process. Without a closure, they are destroyed.
@usableFromInline
struct Undelivered<Element: ~Copyable>: Sendable {
    @usableFromInline let body: (@Sendable (consuming sending Element) -> Void)?

    @usableFromInline
    init(_ body: (@Sendable (consuming sending Element) -> Void)?) { self.body = body }

    @inlinable
    func callAsFunction(_ element: consuming Element) {
        if let body { body(Parcel(element).opened()) }
    }
}
