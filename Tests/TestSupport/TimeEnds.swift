/// Times at the ends of the possible range, and around zero.
package enum TimeEnds {
    package static let shortest = Duration(attoseconds: .min)
    package static let longest = Duration(attoseconds: .max)
    private static let attosecond = Duration(attoseconds: 1)

    /// Expired before they begin.
    package static let past: [Duration] = [
        shortest, shortest + attosecond, .seconds(Int64.min), .seconds(-1), .nanoseconds(-1), .zero - attosecond, .zero,
    ]
    /// Expires soon.
    package static let soon: [Duration] = [attosecond, .nanoseconds(1)]
    /// Does not expire while a test runs.
    package static let future: [Duration] = [
        .seconds(3600), .nanoseconds(Int64.max), .nanoseconds(Int64.max) + attosecond, .seconds(Int64.max),
        longest - attosecond,
        longest,
    ]

    /// The same as instants. The clock's zero is when the machine was started, less than a century ago.
    package static var pastInstants: [ContinuousClock.Instant] { past.map { ContinuousClock.now.advanced(by: $0) } }
    package static var futureInstants: [ContinuousClock.Instant] {
        let century = Duration.seconds(3_155_760_000)
        return future.map { ContinuousClock.now.advanced(by: min($0, longest - century)) }
    }
}
