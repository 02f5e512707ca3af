extension PeerWorkload {
    /// For people who do not know its name; without the surroundings.
    var words: String {
        var words = usualWords
        switch payload {
        case "8": break
        case "object": words += ", objects"
        default: words += ", elements of \(payload) bytes"
        }
        if capacity != 1024 { words += ", room for \(capacity)" }
        return words
    }

    private var usualWords: String {
        switch shape {
        case .pipeline: return "1→3→1 with an end of stream"
        case .pingpong: return "a round trip, \(spins ? "spinning" : "waiting")"
        case .idle: return "three sleepers, one is woken"
        case .paced: return "\(Quantity.count(rate)) elements a second"
        case .queue:
            var words = "\(producers)+\(consumers) threads"
            if spins { words += ", calls that do not wait" }
            if batch > 1 { words += ", bursts of \(batch)" }
            if workNanoseconds > 0 { words += ", consumers that work \(workNanoseconds) ns" }
            return words
        }
    }

    /// The condition that the compared peers meet.
    var who: String {
        switch shape {
        case .idle: " that parks"
        case .pingpong where !spins: " that waits"
        default: ""
        }
    }
}

extension Surroundings {
    /// For people.
    var words: String {
        switch self {
        case .quiet: "a quiet machine"
        case .oneProcessor: "one processor"
        case .quota: "a quota of half the time"
        case .hogs: "beside hogs"
        }
    }
}
