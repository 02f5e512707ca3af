/// The result of a run.
struct Result {
    var isSound: Bool
    var made: Tally
    var taken: Tally
    var nanoseconds: Int
    var cpuNanoseconds: Int
    /// In rising order.
    var samples: [Int]
    /// Figures of some shapes only.
    private var more: [(key: String, value: String)] = []

    init(isSound: Bool, made: Tally, taken: Tally, nanoseconds: Int, cpuNanoseconds: Int, samples: [Int]) {
        self.isSound = isSound
        self.made = made
        self.taken = taken
        self.nanoseconds = nanoseconds
        self.cpuNanoseconds = cpuNanoseconds
        self.samples = samples
    }

    /// Adds the times of round trips or arrivals.
    func withLatencies() -> Result {
        with("p50_ns", quantile(500)).with("p99_ns", quantile(990)).with("p999_ns", quantile(999))
    }

    /// Adds the times of wake-ups, and the cost of the quiet before them.
    func withWakes(quiet: Int, cpu: Int) -> Result {
        var result = self
        result.cpuNanoseconds = cpu
        return result.with("cpu_percent", (100_000 * Double(cpu) / Double(quiet)).rounded() / 1000)
            .with("wake_p50_ns", quantile(500)).with("wake_p99_ns", quantile(990))
    }

    private func with(_ key: String, _ value: some Numeric) -> Result {
        var result = self
        result.more.append((key, "\(value)"))
        return result
    }

    /// The smallest sample that this many thousandths of all do not exceed.
    private func quantile(_ thousandths: Int) -> Int {
        samples.isEmpty ? 0 : samples[(samples.count * thousandths + 999) / 1000 - 1]
    }

    /// One line.
    var json: String {
        let outcome = isSound && made == taken ? "ok" : "failed"
        let fields =
            [
                ("outcome", "\"\(outcome)\""), ("elements", "\(taken.count)"), ("ns", "\(nanoseconds)"),
                ("cpu_ns", "\(cpuNanoseconds)"),
            ] + more
        return "{" + fields.map { key, value in "\"\(key)\":\(value)" }.joined(separator: ",") + "}"
    }
}
