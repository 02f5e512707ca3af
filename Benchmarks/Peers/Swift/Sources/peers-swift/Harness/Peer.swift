/// A kind of queue. When the last of its producers goes, the stream ends.
struct Peer<Out: ~Copyable, In: ~Copyable>: Sendable {
    /// The ends of a new queue.
    let open: @Sendable (_ capacity: Int, _ producers: Int, _ consumers: Int) throws -> Ends<Out, In>
}

/// The ends of one queue, as many as were asked for.
struct Ends<Out: ~Copyable, In: ~Copyable>: Sendable {
    var producers: [Parcel<Out>] = []
    var consumers: [Parcel<In>] = []
}
