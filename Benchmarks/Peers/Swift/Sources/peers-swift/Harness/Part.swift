/// The work of one thread or task.
struct Part: Sendable {
    var made = Tally()
    var taken = Tally()
    var isSound = true
    var samples = Samples(capacity: 0)
    /// When it began, if that is not when its thread began.
    var began: Stamp?

    /// An element has come to the end of the pipeline.
    @inline(__always)
    mutating func enter(_ element: some Payload) {
        taken.enter(element.value)
        if !element.isIntact { isSound = false }
    }

    /// An element has come that carries the time at which it was due.
    @inline(__always)
    mutating func arrived(_ element: some Payload) {
        let now = Clock.now
        enter(element)
        if samples.isFull { isSound = false } else { samples.add(now - element.value) }
    }
}
