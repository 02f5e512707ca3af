public import Synchronization

/// One worker's place in the order of its stage, for all types of elements.
@usableFromInline
protocol OrderedPlace: AnyObject {
    /// Takes an element and its number. A worker that waits for its siblings waits for an element of that edge.
    func take(_ edge: Int, _ take: () -> Int?) -> Int?
    /// The body has returned; returns whether the next stage wants more.
    func pass() -> Bool
    /// The worker takes no more; what it emits from now on belongs to its end.
    func arrive()
    /// The worker has ended, for whatever reason.
    func end()
}

/// A place in the order, and where its worker emits.
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

/// Where one worker of an order-preserving stage emits: straight into its outlet at its turn, into an outbox before.
/// Belongs to the worker's thread.
@usableFromInline
final class OrderedOutlet<Element: ~Copyable>: OrderedPlace {
    @usableFromInline let sequencer: Sequencer<Element>
    @usableFromInline let outlet: Outlet<Element>
    let worker: Worker
    /// The worker's number among its siblings.
    let number: Int
    /// Whether the outbox is used at the turn as well, so that what a failed attempt emitted can be forgotten.
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

    /// Begins an element: the one with that number was taken.
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
        // E17, acquire: all that came before in the order has entered the next queue.
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

    /// Passes on its outbox; returns whether the next stage wants more.
    func passOn() -> Bool { passOn(outbox) }

    func passOn(_ outbox: Outbox<Element>) -> Bool {
        var isWanted = true
        while !outbox.isEmpty { isWanted = outlet.push(outbox.removeFirst()) && isWanted }
        return isWanted
    }

    /// Destroys the elements that wait in the outbox; returns in how many queues they would have been.
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
