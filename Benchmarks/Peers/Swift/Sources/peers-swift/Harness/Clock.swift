import CPeers

/// Times are nanoseconds on the monotonic clock.
enum Clock {
    @inline(__always)
    static var now: Int { Int(peers_now()) }

    /// Processor time of the whole process.
    static var cpu: Int { Int(peers_cpu_time()) }

    /// Sleeps for this many milliseconds.
    static func sleep(milliseconds: Int) { peers_sleep_until(peers_now() + Int64(milliseconds) * 1_000_000) }

    static func sleep(until time: Int) { peers_sleep_until(Int64(time)) }

    /// Keeps the processor busy for the given time.
    @inline(__always)
    static func work(_ nanoseconds: Int) {
        if nanoseconds > 0 { keepBusy(nanoseconds) }
    }

    // Out of line: the measured loops hardly ever call it.
    @inline(never)
    private static func keepBusy(_ nanoseconds: Int) {
        let end = now + nanoseconds
        while now < end {}
    }
}

/// A moment, and the processor time that was used until then.
struct Stamp: Sendable {
    var wall: Int
    var cpu: Int

    static var now: Stamp { Stamp(wall: Clock.now, cpu: Clock.cpu) }
}
