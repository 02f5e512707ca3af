import ArgumentParser
import BenchKit

/// How counts, sizes and times are read from the command line.
enum Read {
    /// A count such as `100k`.
    @Sendable static func count(_ text: String) throws -> Int {
        try value(Quantity.count(text), "a count is a whole number, optionally followed by k, M or G")
    }

    /// Counts, separated by commas.
    @Sendable static func counts(_ text: String) throws -> List<Int> {
        List(try text.split(separator: ",", omittingEmptySubsequences: false).map { try count(String($0)) })
    }

    /// A size in bytes such as `64B` or `1KiB`.
    @Sendable static func bytes(_ text: String) throws -> Int {
        try value(Quantity.bytes(text), "a size is a whole number, optionally followed by B, KiB, MiB or GiB")
    }

    /// A time such as `100ms`, in nanoseconds.
    @Sendable static func time(_ text: String) throws -> Int {
        try value(Quantity.time(text), "a time is a whole number followed by ns, us, ms, s or min")
    }

    /// Times, separated by commas.
    @Sendable static func times(_ text: String) throws -> List<Int> {
        List(try text.split(separator: ",", omittingEmptySubsequences: false).map { try time(String($0)) })
    }

    /// Rates in elements a second, separated by commas; `max` is as many as go through, and `nil` here.
    @Sendable static func rates(_ text: String) throws -> List<Int?> {
        List(
            try text.split(separator: ",", omittingEmptySubsequences: false).map {
                $0 == "max" ? nil : try value(Quantity.count($0), "a rate is a count of elements a second, or 'max'")
            })
    }

    /// A number of runs, or `auto`.
    @Sendable static func runs(_ text: String) throws -> RunsOption {
        text == "auto" ? .auto : .count(try count(text))
    }

    private static func value(_ value: Int?, _ rule: String) throws -> Int {
        guard let value else { throw ValidationError(rule) }
        return value
    }
}

/// The value of `--runs`.
package enum RunsOption {
    case count(Int)
    /// As many as it takes.
    case auto
}
