import Glibc
import Pipelines
import TestSupport

struct Fault: Error, Equatable {
    var at = 0
}

/// The stage at which the event happens.
enum Place: String, CaseIterable { case source, parallel, ordered, sink }

/// The event, at an element of its stream.
enum Event: String, CaseIterable {
    case ends, throwsAtFirst, throwsAtMiddle, throwsAtLast, leaves, cancels, isCancelled

    /// The element, counted from 0.
    var element: Int { self == .throwsAtFirst ? 0 : 6 }
    var throwsError: Bool { [.throwsAtFirst, .throwsAtMiddle, .throwsAtLast].contains(self) }
    /// Whether everything is stopped then.
    var stops: Bool { self != .ends && self != .leaves }
}

/// How many elements are in the queues before and after the stage when it happens.
enum Fill: Int, CaseIterable { case empty = 0, half = 2, full = 4 }

/// A pipeline in which the event happens to one stage once every thread is in its place.
///
///     source:              work ──▶ take
///     parallel, ordered:   give ──▶ work ×3 ──▶ take
///     sink:                give ──▶ work
///
/// Elements go one by one up to the one at which it happens. Then `take` is held in its body and the queue after `work`
/// is filled; then the queue before it. If they are full, the siblings wait for room (or, in order, for their turn),
/// and `give` as well. The pipeline's own report shows when all that is so.
final class Scenario: Sendable {
    static let capacity = Fill.full.rawValue
    private static let hold = -1
    private static let filler = -2

    let place: Place
    let event: Event
    let fill: Fill
    let pipeline: Pipeline
    let tally = Tally()
    let undelivered = Counter()
    /// Its threads' names start with this.
    let prefix: String
    /// Elements that `take` has seen.
    private let arrived = Level()
    /// `take` is held.
    private let held = Level()
    /// The element at which it happens is in its body.
    private let began = Level()
    /// Another thread may cancel.
    private let asked = Level()
    /// It has happened: bodies that are held continue.
    private let released = Level()

    init(_ place: Place, _ event: Event, _ fill: Fill) {
        (self.place, self.event, self.fill) = (place, event, fill)
        let number = 100 * Place.allCases.firstIndex(of: place)! + 10 * Event.allCases.firstIndex(of: event)!
        prefix = "M\(number + fill.rawValue)"
        pipeline = Pipeline("\(place), \(event), \(fill)", capacity: Self.capacity)
        build()
        pipeline.onStop { [released] in released.rise() }
    }

    /// All but the impossible ones: before its first element nothing is after a source, and after its last one nothing
    /// is before a sink.
    static var all: [(Place, Event, Fill)] {
        Place.allCases.flatMap { place in
            Event.allCases.flatMap { event in Fill.allCases.map { (place, event, $0) } }
        }.filter { place, event, fill in
            fill == .empty || (place, event) != (.source, .throwsAtFirst) && (place, event) != (.sink, .throwsAtLast)
        }
    }

    var work: String { "\(prefix) work" }

    func run() throws -> PipelineReport {
        var threads = Threads()
        if event == .isCancelled {
            threads.start { [self] in
                asked.wait()
                // A source is then blocked.
                while place == .source, pipeline.snapshot().edges[0].highWater < Self.capacity { sched_yield() }
                pipeline.cancel()
            }
        }
        let result = Result { try pipeline.run() }
        threads.join()
        return try result.get()
    }

    private func build() {
        let back: @Sendable (consuming sending Token) -> Void = { [undelivered] _ in undelivered.add() }
        let take: @Sendable (consuming sending Token) -> Void = { [self] token in
            if token.id != Self.hold { return arrived.rise() }
            held.rise()
            released.wait()
            if event.stops { waitForOthers(of: work, but: 0) }
        }
        switch place {
        case .source:
            pipeline.source(work, of: Token.self) { [self] emit in try makeAll(&emit) }
                .sink("\(prefix) take", undelivered: back, body: take)
        case .parallel, .ordered:
            pipeline.source("\(prefix) give", of: Token.self) { [self] emit in try give(&emit) }
                .flatMap(
                    work, of: Token.self, workers: 3, order: place == .ordered ? .preserve(window: 2) : .unordered,
                    undelivered: back
                ) { [self] (token: consuming Token, emit: inout Emitter<Token>) in try pass(token, &emit) }
                .sink("\(prefix) take", undelivered: back, body: take)
        case .sink:
            pipeline.source("\(prefix) give", of: Token.self) { [self] emit in try give(&emit) }
                .sink(work, undelivered: back) { [self] (token: consuming Token) in
                    if token.id == event.element {
                        began.rise()
                        try happen()
                    }
                    arrived.rise()
                }
        }
    }
}

/// The bodies.
extension Scenario {
    /// A stop releases blocked workers, whatever is still in its body: so this one stays in there until the others are
    /// gone.
    private func waitForOthers(of stage: String, but mine: Int) {
        while threads(named: "\(prefix) give") > 0 || threads(named: stage) > mine { sched_yield() }
    }

    private func makeAll(_ emit: inout Emitter<Token>) throws {
        for i in 0..<event.element {
            try emit(Token(i, tally))
            arrived.wait(for: i + 1)
        }
        if event.element > 0 { try fillUp(&emit) }
        try happen()
        if event == .leaves { return }
        if event == .isCancelled { while true { try emit(Token(event.element, tally)) } }
        for i in 0..<5 { try emit(Token(event.element + i, tally)) }
    }

    private func give(_ emit: inout Emitter<Token>) throws {
        for i in 0...event.element {
            try emit(Token(i, tally))
            switch event.element - i {
            case 0: began.wait()
            case 1 where place == .ordered: break
            case 2 where place == .ordered: held.wait()
            default: arrived.wait(for: i + 1)
            }
        }
        if event == .throwsAtLast { return }
        let more = fill == .empty ? 0 : fill == .half ? absorbed + fill.rawValue : absorbed + Self.capacity + 3
        for i in 0..<more { try emit(Token(event.element + 1 + i, tally)) }
        released.wait()
        // A stage that has left releases one that never stops.
        let rest = event == .leaves ? Int.max - event.element - 1 - more : 5
        for i in 0..<rest { try emit(Token(event.element + 1 + more + i, tally)) }
    }

    private func pass(_ token: consuming sending Token, _ emit: inout Emitter<Token>) throws {
        switch (place, token.id - event.element) {
        case (.ordered, -2): return try emit(Token(Self.hold, tally))
        case (.ordered, -1): return try fillUp(&emit)
        case (.parallel, 0): try fillUp(&emit)
        case (.parallel, 1...) where fill == .half: released.wait()
        default: break
        }
        if token.id == event.element {
            began.rise()
            try happen()
        }
        try emit(token)
    }

    private func fillUp(_ emit: inout Emitter<Token>) throws {
        if place != .ordered {
            try emit(Token(Self.hold, tally))
            held.wait()
        }
        for _ in 0..<fill.rawValue { try emit(Token(Self.filler, tally)) }
    }

    private func happen() throws {
        while !isSet(pipeline.snapshot().edges) { sched_yield() }
        switch event {
        case .ends: released.rise()
        case .throwsAtFirst, .throwsAtMiddle, .throwsAtLast: throw Fault(at: event.element)
        case .leaves:
            // Results of siblings wait for the turn of this element, and are passed on before the stage ends.
            if place == .source || place == .ordered { released.rise() }
            if place != .source { throw EndOfStage() }
        case .cancels: pipeline.cancel()
        case .isCancelled:
            asked.rise()
            if place != .source { released.wait() }
        }
        // In order, siblings wait for the turn of this element.
        if event.stops, place != .source { waitForOthers(of: work, but: place == .ordered ? 3 : 1) }
    }
}

/// The state that the event waits for.
extension Scenario {
    /// Elements that the siblings take in the meantime: one each into their bodies. In order, one of these is done and
    /// waits for its turn, so that its worker takes another, and both are beyond the window.
    private var absorbed: Int {
        switch place {
        case .source, .sink: 0
        case .parallel: 2
        case .ordered: 3
        }
    }

    private func isSet(_ edges: [EdgeReport]) -> Bool {
        let isLast = event == .throwsAtLast
        if place != .source {
            let before = edges[0]
            let taken = event.element + 1 + (isLast || fill == .empty ? 0 : absorbed)
            let left = isLast ? 0 : fill.rawValue
            if before.dequeued != taken || before.enqueued != taken + left { return false }
            if left == Self.capacity && before.highWater < left { return false }
        }
        if place == .sink { return true }
        let behind = edges[edges.count - 1]
        let left = place != .parallel && event.element == 0 ? 0 : fill.rawValue
        if behind.enqueued - behind.dequeued != left { return false }
        return !(place == .parallel && fill == .full && !isLast) || behind.highWater == left
    }
}
