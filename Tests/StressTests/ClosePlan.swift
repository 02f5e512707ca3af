import RingQueues
import TestSupport

/// How a race ends.
enum Ending: CaseIterable, Sendable {
    /// Every producer gives up its end; consumers continue to the end.
    case finish
    /// A thread cancels through the control handle.
    case cancel
    /// The same with an error.
    case fail
    /// A consumer drains.
    case drain
    /// Every consumer drains at the same time.
    case drainByAll
    /// The last consumer goes, and with it the remaining elements.
    case lastConsumer
    /// A cancel among the finishes.
    case cancelWhileFinishing
}

/// The threads of a race: one for each end, and perhaps one that only closes.
struct Shape: Sendable {
    var producers: Int
    var consumers: Int
    var closer: Bool

    var threads: Int { producers + consumers + (closer ? 1 : 0) }

    /// All that the kind allows, the cheapest (no more threads than two cores run at once) first.
    static func all<K: TestKind>(for kind: K.Type) -> [Shape] {
        var shapes = [false, true].map { Shape(producers: 1, consumers: 1, closer: $0) }
        if K.producersCanBeCloned { shapes.append(Shape(producers: 2, consumers: 1, closer: false)) }
        if K.consumersCanBeCloned { shapes.append(Shape(producers: 1, consumers: 2, closer: false)) }
        if K.producersCanBeCloned && K.consumersCanBeCloned {
            shapes.append(Shape(producers: 2, consumers: 2, closer: true))
        }
        return shapes
    }
}

/// The events of one race; the seed and its number repeat it.
struct Plan: Sendable {
    /// Elements that one producer can have, so that all are bits of one word.
    static let most = 16

    var ending = Ending.finish
    var capacity = 1
    var waiting: WaitStrategy = .adaptive
    /// Elements of each producer.
    var sends = 0
    /// How many elements a consumer takes before it closes or goes.
    var takes = 0
    /// Turns through the ways to enqueue and dequeue.
    var style = 0
    /// Pauses before each thread starts, so that they meet at different points.
    var pauses = (0, 0)
    /// Producers keep their ends until the race has ended, so that the close does not meet a finish.
    var keepsProducers = false

    init(_ random: inout Seeded) {
        ending = Ending.allCases[random.below(Ending.allCases.count)]
        capacity = [1, 2, 3, 7, Plan.most][random.below(5)]
        let draw = random.below(32)
        waiting = draw == 0 ? Kinds.waiting[2] : Kinds.waiting[draw % 2]
        sends = random.below(Plan.most) + 1
        takes = random.below(3) == 0 ? 0 : random.below(min(sends, 6))
        style = random.below(64)
        pauses = (random.below(24), random.below(random.below(2) == 0 ? 8 : 80))
        keepsProducers = ending != .finish && ending != .cancelWhileFinishing && random.below(2) == 0
    }
}
