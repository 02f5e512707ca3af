public import RingQueues

/// Where the elements of one worker come from, for any kind of queue. It holds the worker's lease.
@usableFromInline
@safe
struct Inlet<Element: ~Copyable> {
    // SAFETY: called only by Hoard, with room for that many.
    /// Moves up to that many elements there, waiting for the first until the deadline; returns how many, `nil` at the
    /// end.
    @usableFromInline let take: (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?
    /// An element that was taken and will not be worked on: it counts as left in the queue.
    @usableFromInline let undelivered: (consuming Element) -> Void
    /// Takes an element that the body has processed without success.
    @usableFromInline let keep: (consuming Element) -> Void
    /// After the end of the stream: how code outside this pipeline stopped the queue, if it was not finished.
    @usableFromInline let cut: () -> StageExit?
    /// Ends the worker. After the last worker of this queue, the elements left in it are undelivered.
    @usableFromInline let end: () -> Void

    @usableFromInline
    init(
        take: @escaping (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?,
        undelivered: @escaping (consuming Element) -> Void, cut: @escaping () -> StageExit?,
        keep: @escaping (consuming Element) -> Void,
        end: @escaping () -> Void
    ) {
        unsafe self.take = take
        self.undelivered = undelivered
        self.keep = keep
        self.cut = cut
        self.end = end
    }
}

extension Inlet where Element: ~Copyable {
    /// The same inlet with another way to take.
    @usableFromInline
    func taking(_ take: @escaping (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?) -> Inlet {
        unsafe Inlet(take: take, undelivered: undelivered, cut: cut, keep: keep, end: end)
    }
}
