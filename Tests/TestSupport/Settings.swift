import Glibc

/// Settings of a test run, from the environment.
package enum Settings {
    /// Races of a close against live ends, for each kind.
    package static var races: Int { number("RINGQUEUES_RACES", default: isDebug ? 10_000 : 50_000) }
    /// Races of tasks and threads against cancellations, for each kind.
    package static var asyncRaces: Int { number("RINGQUEUES_ASYNC_RACES", default: isDebug ? 100 : 1_000) }
    /// Create, run and close cycles, over all kinds.
    package static var cycles: Int { number("RINGQUEUES_CYCLES", default: isDebug ? 2_000 : 10_000) }
    /// Pipelines that are run and end in some way.
    package static var teardowns: Int { number("RINGQUEUES_TEARDOWNS", default: isDebug ? 5_000 : 100_000) }
    /// Calls that are recorded and checked, for each kind.
    package static var historyOperations: Int {
        number("RINGQUEUES_HISTORY_OPERATIONS", default: isDebug ? 50_000 : 1_000_000)
    }
    /// Random walks, for each kind.
    package static var walks: Int { number("RINGQUEUES_WALKS", default: isDebug ? 300 : 3_000) }
    /// How long queues are made and closed; none by default.
    package static var soakSeconds: Int { number("RINGQUEUES_SOAK_SECONDS", default: 0) }
    /// A fault that a sanitizer is to notice.
    package static var planted: String? {
        unsafe getenv("RINGQUEUES_PLANTED").map { unsafe String(cString: $0) }
    }
    /// Seconds after which a test that has not ended counts as hung: far more than any needs.
    package static var patience: Int { number("RINGQUEUES_PATIENCE", default: 240) }
    /// The seed of random numbers; a failure prints it.
    package static var seed: UInt64 {
        UInt64(number("RINGQUEUES_SEED", default: Int(UInt32.random(in: .min ... .max))))
    }

    package static var isDebug: Bool {
        var debug = false
        assert(
            {
                debug = true
                return true
            }())
        return debug
    }

    private static func number(_ name: String, default fallback: Int) -> Int {
        guard let text = unsafe getenv(name) else { return fallback }
        guard let value = Int(unsafe String(cString: text)), value >= 0 else {
            preconditionFailure("\(name) is '\(unsafe String(cString: text))': it must be a number")
        }
        return value
    }
}

/// Numbers that a seed repeats (SplitMix64, S. Vigna).
package struct Seeded: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Below `limit`, quickly: races are made by the million.
    package mutating func below(_ limit: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % limit }
}
