import Synchronization

/// How many elements a test has made and how many were destroyed. They must agree when all ends are gone.
package final class Tally: Sendable {
    private let makings = Atomic(0)
    private let endings = Atomic(0)

    package init() {}

    package var created: Int { makings.load(ordering: .acquiring) }
    package var destroyed: Int { endings.load(ordering: .acquiring) }
    package var alive: Int { created - destroyed }

    package func count() { makings.add(1, ordering: .relaxed) }
    package func uncount() { endings.add(1, ordering: .releasing) }
}

/// An element that cannot be copied and counts its end.
package struct Token: ~Copyable, Sendable {
    package let id: Int
    package let tally: Tally

    package init(_ id: Int, _ tally: Tally) {
        self.id = id
        self.tally = tally
        tally.count()
    }

    deinit { tally.uncount() }
}

/// An element that is a reference and counts its end, and does something then.
package final class Witness: Sendable {
    package let id: Int
    private let tally: Tally
    private let atEnd: @Sendable () -> Void

    package init(_ id: Int, _ tally: Tally, atEnd: @escaping @Sendable () -> Void = {}) {
        self.id = id
        self.tally = tally
        self.atEnd = atEnd
        tally.count()
    }

    deinit {
        tally.uncount()
        atEnd()
    }
}
