public import RingQueues

/// Where the elements of one worker come from, for any kind of queue. It holds the worker's lease.
@usableFromInline
@safe
struct Inlet<Element: ~Copyable> {
    // SAFETY: called only by Hoard, with room for that many.
    /// Moves up to that many elements to the address, waiting for the first until the deadline. Returns how many, `nil` at
    /// the end.
    @usableFromInline let take: (UnsafeMutablePointer<Element>, Int, Deadline) -> Int?
    /// Gets an element that was taken and will not be processed: it counts as left in the queue.
    @usableFromInline let undelivered: (consuming Element) -> Void
    /// Gets an element that the body has processed without success.
    @usableFromInline let keep: (consuming Element) -> Void
    /// After the end of the stream: how code outside this pipeline stopped the queue, if it was stopped and not finished.
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

extension QueueEnds where Element: ~Copyable {
    /// Moves up to this many elements to the address; returns `nil` at the end of the stream.
    @inlinable
    static func take(
        _ storage: _QueueStorage, _ room: UnsafeMutablePointer<Element>, _ count: Int, _ deadline: Deadline
    ) -> Int? {
        var taken = 0
        let result = Kind._dequeueMany(storage, count: count, whole: false, deadline: deadline) { element in
            unsafe (room + taken).initialize(to: element)
            taken += 1
        }
        return result == .closed ? nil : taken
    }

    /// An inlet for a worker of the next stage, which shares the queue with this many workers in all.
    @inlinable
    func inlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        Large.holds(Element.self) ? largeInlet(worker, sharedBy: workers) : smallInlet(worker, sharedBy: workers)
    }

    /// The same for large elements, compiled once for all types.
    @usableFromInline
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    func largeInlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        smallInlet(worker, sharedBy: workers)
    }

    @inlinable
    @inline(__always)
    func smallInlet(_ worker: Worker, sharedBy workers: Int) -> Inlet<Element> {
        let lease = leaseConsumer()
        let storage = lease.end.storage
        let capacity = lease.end.capacity
        let edge = edge
        let meter = edge.addConsumer()
        worker.takes(meter)
        let number = edge.number
        let isAlone = workers == 1
        // The inlet has its own state and does not read the meter: the numbers for reports decide nothing.
        var wasFull = false
        /// How many elements the previous call took.
        var last = 0
        return unsafe Inlet(
            take: { room, wanted, deadline in
                var count = wanted
                if isAlone {
                    // In a stream that is processed faster than it comes, each look takes a line away from the producer and
                    // gains only a few elements. After leaving the line alone for a moment, it gains more.
                    if last > 1 && last < wanted { for _ in 0..<Pauses.waiting { Platform.pause() } }
                } else {
                    // Take only half of our share. Siblings then find as much again before this worker returns, or each
                    // takes single elements.
                    let seen = Kind._count(storage, of: Element.self)
                    if seen > meter[EdgeCell.highWater] { meter.set(EdgeCell.highWater, min(seen, capacity)) }
                    count = max(1, min(wanted, seen / (2 * workers)))
                }
                var taken = unsafe Self.take(storage, room, count, .now)
                if taken == 0 {
                    // Siblings took our share. After blocking, take one: it may be all there is.
                    if !isAlone { count = 1 }
                    let began = Worker.now
                    worker.enter(.dequeuing, edge: number, at: began)
                    taken = unsafe Self.take(storage, room, count, deadline)
                    let ended = Worker.now
                    meter.add(EdgeCell.blocked, Int(ended - began))
                    worker.works(at: ended)
                }
                guard let taken, taken > 0 else { return taken }
                last = taken
                meter.add(EdgeCell.moved, taken)
                meter.add(EdgeCell.batches, 1)
                var seen = taken
                // A look at the queue fetches a line that its producers write: only where more may be there, and not again once
                // it was seen full.
                if isAlone && taken == count && !wasFull {
                    seen += Kind._count(storage, of: Element.self)
                    if seen >= capacity { wasFull = true }
                }
                if seen > meter[EdgeCell.highWater] { meter.set(EdgeCell.highWater, min(seen, capacity)) }
                return taken
            },
            undelivered: { [undelivered] element in
                meter.add(EdgeCell.moved, -1)
                meter.add(EdgeCell.undelivered, 1)
                undelivered(element)
            },
            cut: { edge.cut },
            keep: { [undelivered] element in undelivered(element) },
            end: { [undelivered] in
                guard edge.consumerEnds(), !lease.end.hasEnded else { return }
                meter.add(EdgeCell.undelivered, lease.end.drain { undelivered($0) })
            })
    }
}

extension Consumer where Element: ~Copyable {
    /// Whether all elements were taken and no more will come.
    @usableFromInline
    var hasEnded: Bool {
        guard case .finished = poison else { return false }
        return count == 0
    }
}
