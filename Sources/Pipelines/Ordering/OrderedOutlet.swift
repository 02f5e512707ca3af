public import Synchronization

/// One worker's place in the order of its stage, for all types of elements.
@usableFromInline
protocol OrderedPlace: AnyObject {
    /// Takes an element and its number. A worker that waits for its siblings reports that it waits for an element of `edge`.
    func take(_ edge: Int, _ take: () -> Int?) -> Int?
    /// Call this when the body has returned. Returns whether the next stage wants more.
    func pass() -> Bool
    /// Call this when the worker takes no more. Elements that it emits from now on belong to its end.
    func arrive()
    /// Call this when the worker has ended, for whatever reason.
    func end()
}

/// A place in the order, and the outlet for its worker.
@usableFromInline
struct OrderedEnd<Element: ~Copyable> {
    @usableFromInline let place: any OrderedPlace
    @usableFromInline let outlet: Outlet<Element>

    @usableFromInline
    init(place: any OrderedPlace, outlet: Outlet<Element>) {
        self.place = place
        self.outlet = outlet
    }
}

/// The output of one worker of an order-preserving stage: at its turn, it emits straight into its outlet, before that into
/// an outbox. Belongs to the worker's thread.
@usableFromInline
final class OrderedOutlet<Element: ~Copyable>: OrderedPlace {
    @usableFromInline let sequencer: Sequencer<Element>
    @usableFromInline let outlet: Outlet<Element>
    let worker: Worker
    /// The worker's number among its siblings.
    let number: Int
    /// Whether the worker uses the outbox at its turn as well, so that it can destroy what a failed attempt emitted.
    @usableFromInline let collects: Bool
    @usableFromInline var outbox = Outbox<Element>()
    /// The turn that this worker waits for.
    @usableFromInline var ticket = Turn.none
    /// Whether it emits straight into the outlet: its turn has come and its outbox has been passed on.
    @usableFromInline var isDirect = false

    @usableFromInline
    init(
        _ sequencer: Sequencer<Element>, _ outlet: Outlet<Element>, _ worker: Worker, number: Int, collects: Bool
    ) {
        self.sequencer = sequencer
        self.outlet = outlet
        self.worker = worker
        self.number = number
        self.collects = collects
    }

    /// Begins the element with this number, which was taken.
    func begins(_ number: Int) {
        ticket = number
        isDirect = false
    }

    /// Emits an element; returns whether the next stage wants more.
    @inlinable
    func push(_ element: consuming Element) -> Bool {
        if !isDirect && !collects && isDue && outbox.isEmpty { isDirect = true }
        if isDirect { return outlet.put(element) }
        return pushInOrder(element)
    }

    /// Whether it is this worker's turn, or there are no turns any more.
    @inlinable
    var isDue: Bool {
        // E17, acquire: all elements before this one in the order have entered the next queue.
        let turn = sequencer.turn.load(ordering: .acquiring)
        return turn == ticket || turn == Turn.over
    }

    @usableFromInline
    func pushInOrder(_ element: consuming Element) -> Bool {
        if collects || !isDue {
            if !outbox.isFull {
                outbox.append(element)
                return true
            }
            sequencer.waitForTurn(self)
        }
        isDirect = true
        let isWanted = passOn()
        return outlet.push(element) && isWanted
    }

    /// Passes on the outbox; returns whether the next stage wants more.
    func passOn() -> Bool { passOn(outbox) }

    func passOn(_ outbox: Outbox<Element>) -> Bool {
        var isWanted = true
        while !outbox.isEmpty { isWanted = outlet.push(outbox.removeFirst()) && isWanted }
        return isWanted
    }

    /// Destroys the elements in the outbox; returns how many enqueued elements they would have been.
    @usableFromInline
    func forget() -> Int { outbox.removeAll() * outlet.width }

    @usableFromInline
    func take(_ edge: Int, _ take: () -> Int?) -> Int? { sequencer.take(self, edge, take) }

    @usableFromInline
    func pass() -> Bool {
        guard ticket >= 0 else { return true }
        defer { ticket = Turn.none }
        return sequencer.put(ticket, self)
    }

    @usableFromInline
    func arrive() {
        sequencer.arrive(self)
        ticket = Turn.end(of: number)
        isDirect = false
    }

    @usableFromInline
    func end() { sequencer.end(self) }
}
