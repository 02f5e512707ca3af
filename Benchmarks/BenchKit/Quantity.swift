/// Counts, sizes and times as people write them: `10k`, `64KiB`, `100µs`.
public enum Quantity {
    /// Reads a count: a whole number, optionally followed by `k`, `M` or `G` for thousands, millions and billions.
    ///
    /// - Returns: `nil` if the text is anything else, or too large.
    public static func count(_ text: some StringProtocol) -> Int? {
        read(text, ["": 1, "k": 1000, "M": 1_000_000, "G": 1_000_000_000])
    }

    /// Reads a size in bytes: a whole number, optionally followed by `B`, `KiB`, `MiB` or `GiB`.
    ///
    /// - Returns: `nil` if the text is anything else, or too large.
    public static func bytes(_ text: some StringProtocol) -> Int? {
        read(text, ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30])
    }

    /// Reads a time: a whole number followed by `ns`, `us`, `µs`, `ms`, `s` or `min`.
    ///
    /// - Returns: nanoseconds, or `nil` if the text is anything else, or too large.
    public static func time(_ text: some StringProtocol) -> Int? {
        read(
            text,
            ["ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000])
    }

    private static func read(_ text: some StringProtocol, _ units: [String: Int]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
    }

    /// Writes a count: 100000 as `100k`.
    public static func count(_ value: Int) -> String {
        write(value, [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k"), (1, "")], "")
    }

    /// Writes a rate with three digits: 28123456 as `28.1M`.
    public static func rounded(_ value: Double) -> String {
        let unit = [(1e9, "G"), (1e6, "M"), (1e3, "k")].first { value >= $0.0 } ?? (1, "")
        return TableReport.short(value / unit.0) + unit.1
    }

    /// Writes a time in nanoseconds: 100000 as `100 µs`.
    public static func time(_ nanoseconds: Int) -> String {
        write(nanoseconds, [(1_000_000_000, "s"), (1_000_000, "ms"), (1000, "µs"), (1, "ns")], " ")
    }

    /// Writes a time in nanoseconds with three digits: 21345678 as `21.3 ms`.
    public static func duration(_ nanoseconds: Double) -> String {
        let unit = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")].first { nanoseconds >= $0.0 } ?? (1, "ns")
        return "\(TableReport.short(nanoseconds / unit.0)) \(unit.1)"
    }

    /// In the largest unit that leaves it whole.
    private static func write(_ value: Int, _ units: [(size: Int, name: String)], _ gap: String) -> String {
        let unit = units.first { value % $0.size == 0 && value >= $0.size } ?? units[units.count - 1]
        return "\(value / unit.size)\(gap)\(unit.name)"
    }
}
