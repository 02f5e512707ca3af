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

/// An element of a race.
package protocol Racing: ~Copyable, Sendable {
    init(_ id: Int, _ tally: Tally)
    var id: Int { get }
    /// Whether all its parts belong to one element.
    var isWhole: Bool { get }
}

/// An element that cannot be copied and counts its end.
package struct Token: ~Copyable, Racing {
    package let id: Int
    package let tally: Tally

    package init(_ id: Int, _ tally: Tally) {
        self.id = id
        self.tally = tally
        tally.count()
    }

    deinit { tally.uncount() }

    package var isWhole: Bool { true }
}

/// A large element: a thread is long between reserve and publish, so that others come in between.
package struct Cargo: ~Copyable, Racing {
    private let token: Token
    private let load: InlineArray<512, Int>

    package init(_ id: Int, _ tally: Tally) {
        token = Token(id, tally)
        load = InlineArray(repeating: id)
    }

    package var id: Int { token.id }
    package var isWhole: Bool { load[0] == id && load[255] == id && load[511] == id }
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
