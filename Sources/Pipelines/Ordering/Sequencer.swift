import RingQueues
public import Synchronization

/// Numbers the elements of a stage as they are taken, and decides which worker may pass on its results.
///
///     worker: take under a lock, with a number ──▶ body ──▶ its turn? straight into the next queue
///                                                           ahead?    outbox, up to its bound ──▶ slot [number mod window]
///     the worker whose turn it is passes on its own elements, then those of the slots after it while they are full
///
/// After the last number come the ends, worker by worker: the elements that each worker emits when it takes no more. The ends
/// begin when every worker has arrived there.
///
/// **No deadlock.** Of the elements in progress, take the one with the lowest number. All lower numbers have been passed on.
/// So either it is its worker's turn, or that worker has left a full slot and the worker of the number before is passing it
/// on. Neither waits here; they wait only for room in the next queue, like any worker. So if its body returns, each number is
/// passed on in finite time. The waits for the next turn and for the window end with it.
///
/// - A worker without a number waits only to take. It holds no turn, so no thread waits for it. If workers share a queue,
///   one of them waits for an element, and the others wait for that worker. If each has its own queue, a worker gets its
///   number after the element, so an empty queue delays no other worker.
/// - A worker arrives at its end after its last number was put, so a worker that has arrived holds none. Before a
///   worker that ends early does anything at its end, the pipeline stops the queue before the stage, so its siblings arrive
///   as well. Then it is the turn of the lowest worker that has not ended.
/// - A body may never return. A worker that fails, is stopped or got no thread does not put its number and does not arrive;
///   in each of these cases the pipeline stops the queues after the stage. So every wait also ends when no stage takes
///   from those queues any more. Then the stage ends: every element is refused, so no order is left to keep.
///
/// The model is `Tests/Verification/models/order.pml`.
@usableFromInline
@safe
final class Sequencer<Element: ~Copyable>: @unchecked Sendable {
    // SAFETY: `taken` is used with `taking` held; everything else with `monitor` held, except for `turn`, which is atomic,
    // and an outbox, which belongs to the worker that took it out of its slot.
    private let taking = Monitor()
    private var taken = 0
    private let monitor = Monitor()
    private let window: Int
    private let workers: Int
    /// Outboxes of numbers whose turn has not come; the other slots hold empty ones.
    private var slots: [Outbox<Element>]
    private var isFull: [Bool]
    /// The lowest number that has not been passed on.
    private var next = 0
    /// Outboxes of workers that have ended before their turn.
    private var ends: [Outbox<Element>?]
    private var nextEnd = 0
    private var arrived = 0
    private var left: Int
    private var waiting = 0
    private var isOver = false
    /// The current turn: a number, or one of ``Turn``.
    @usableFromInline let turn = Atomic(0)

    @usableFromInline
    init(window: Int, workers: Int) {
        self.window = window
        self.workers = workers
        left = workers
        slots = (0..<window).map { _ in Outbox() }
        isFull = Array(repeating: false, count: window)
        ends = Array(repeating: nil, count: workers)
    }

    /// Takes an element and its number. A worker that waits for the lock reports that it waits for an element of `edge`.
    @usableFromInline
    func take(_ place: OrderedOutlet<Element>, _ edge: Int, _ take: () -> Int?) -> Int? {
        if !taking.tryLock() {
            place.worker.enter(.dequeuing, edge: edge, at: Worker.now)
            taking.lock()
            place.worker.enter(.working, at: Worker.now)
        }
        defer { taking.unlock() }
        let count = take()
        if let count, count > 0 {
            place.begins(taken)
            taken += count
        }
        return count
    }

    /// Waits until it is the turn of `place`, or the stage ends.
    func waitForTurn(_ place: OrderedOutlet<Element>) {
        monitor.lock()
        wait(place) { turn.load(ordering: .relaxed) == place.ticket }
        monitor.unlock()
    }

    /// Passes on the outbox of a number and all slots that are due after it, or leaves the outbox in its slot.
    ///
    /// - Returns: whether the next stage wants more.
    func put(_ number: Int, _ place: OrderedOutlet<Element>) -> Bool {
        monitor.lock()
        if number >= next + window { wait(place) { number < next + window } }
        if number != next && !isOver {
            swap(&slots[number % window], &place.outbox)
            isFull[number % window] = true
            monitor.unlock()
            return true
        }
        var isWanted = true
        while true {
            if !place.outbox.isEmpty {
                monitor.unlock()
                isWanted = place.passOn() && isWanted
                monitor.lock()
            }
            if isOver { break }
            next += 1
            announce(next)
            guard isFull[next % window] else { break }
            isFull[next % window] = false
            swap(&slots[next % window], &place.outbox)
        }
        isWanted = isWanted && !isOver
        monitor.unlock()
        return isWanted
    }

    /// Notes that a worker takes no more. The last one to arrive begins the ends.
    func arrive(_ place: OrderedOutlet<Element>) {
        monitor.lock()
        arrived += 1
        if arrived == workers { passOnEnds(place) }
        monitor.unlock()
    }

    /// Notes that a worker has ended. The last one passes on the remaining outboxes, which exist only if the stage was ended
    /// before.
    func end(_ place: OrderedOutlet<Element>) {
        monitor.lock()
        let isDue = arrived == workers && nextEnd == place.number
        if isDue || isOver {
            monitor.unlock()
            _ = place.passOn()
            monitor.lock()
            if isDue {
                nextEnd += 1
                passOnEnds(place)
            }
        } else {
            ends[place.number] = place.outbox
        }
        left -= 1
        let rest = left == 0 ? slots + ends.compactMap { $0 } : []
        monitor.unlock()
        for outbox in rest { _ = place.passOn(outbox) }
    }

    /// Called with `monitor` held, which is unlocked in between.
    private func passOnEnds(_ place: OrderedOutlet<Element>) {
        while nextEnd < workers, let outbox = ends[nextEnd].take() {
            monitor.unlock()
            _ = place.passOn(outbox)
            monitor.lock()
            nextEnd += 1
        }
        announce(Turn.end(of: nextEnd))
    }

    /// Called with `monitor` held.
    private func announce(_ ticket: Int) {
        // E17, release: all elements before this one in the order have entered the next queue.
        if !isOver { turn.store(ticket, ordering: .releasing) }
        if waiting > 0 { monitor.wakeAll() }
    }

    /// Waits until `isDue`, or until the stage ends. Called with `monitor` held, which is unlocked in between. Checks now and
    /// then whether the next stage wants more, because that stage sends no signal here. A stop closes the queues, so the
    /// same check finds it.
    private func wait(_ place: OrderedOutlet<Element>, until isDue: () -> Bool) {
        place.worker.enter(.ordering, at: Worker.now)
        waiting += 1
        while !isDue() && !isOver {
            if !monitor.wait(Worker.turn), place.worker.isUnwanted {
                isOver = true
                turn.store(Turn.over, ordering: .releasing)
                monitor.wakeAll()
            }
        }
        waiting -= 1
        place.worker.enter(.working, at: Worker.now)
    }
}

/// Values of ``Sequencer/turn`` besides numbers.
@usableFromInline
enum Turn {
    /// No worker waits any more, because no queue accepts elements any more.
    @usableFromInline static let over = Int.max
    /// The ticket of a worker that has no element.
    @usableFromInline static let none = Int.min

    static func end(of worker: Int) -> Int { -1 - worker }
}
