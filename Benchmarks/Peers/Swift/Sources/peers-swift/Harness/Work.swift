/// The work that is asked for, the same for every contender.
struct Work: Sendable {
    var shape: Shape
    var producers = 1
    var consumers = 1
    /// Elements a call.
    var batch = 1
    var capacity = 1024
    var payload = PayloadKind.bytes8
    var wait = Wait.block
    var pins = false
    var milliseconds = 100
    var workNanoseconds = 0
    /// Elements a second.
    var rate = 100_000

    /// Whether the queue has several producers. Does not concern the pipeline's two queues.
    var hasProducers: Bool { shape == .queue && producers > 1 }
    var hasConsumers: Bool { (shape == .queue || shape == .idle) && consumers > 1 }

    /// How often `paced` sends.
    static let tickNanoseconds = 100_000
    static let ticksPerSecond = 1_000_000_000 / tickNanoseconds
    /// Intermediaries of the pipeline.
    static let intermediaries = 3
}

enum Shape: String, CaseIterable { case queue, pipeline, pingpong, idle, paced }

enum Wait: String, CaseIterable { case block, spin }

enum PayloadKind: String, CaseIterable {
    case bytes8 = "8"
    case bytes64 = "64"
    case bytes256 = "256"
    case object
}
