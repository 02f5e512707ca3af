import ArgumentParser
import ExampleSupport
import Pipelines
import ProgramSupport
import RingQueues
import Synchronization

/// Sends each notification to many devices. A slow device misses some and does not delay the others; notifications for a
/// dead device end in the dead letters.
///
///               ┌─▶ device 1
///     publish ──┼─▶ device 2
///               ├─▶ device 3, slow   ─ no room ─▶ missed
///               └─▶ device 4, dead   ─ retries ─▶ dead letters ─▶ collect ─▶ keep
@main
struct Push: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Pushes notifications to devices, of which the last but one is slow and the last one dead.")

    @Option(parsing: .unconditional, help: "How many notifications there are.")
    var notifications = 10

    @Option(parsing: .unconditional, help: "How many devices there are.")
    var devices = 4

    @Option(parsing: .unconditional, help: "How many notifications wait for the slow device at most.")
    var room = 2

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long the slow device takes for a notification.", valueName: "milliseconds"))
    var slow = 100

    @Option(parsing: .unconditional, help: "How often a notification to the dead device is tried again.")
    var retries = 2

    static func main() { runProgram() }

    func validate() throws {
        try check("--notifications", notifications, in: 1...1_000_000, "the number of notifications")
        try check("--devices", devices, in: 2...1000, "the number of devices")
        try check("--room", room, in: 1...1_000_000, "the number of notifications that wait")
        try check("--slow", slow, in: 0...3_600_000, "the time for a notification in milliseconds")
        try check("--retries", retries, in: 0...100, "the number of retries")
    }

    func run() throws {
        var dead = try Queue.make(of: DeadLetter<Notification>.self, kind: SPSC.self, capacity: 16)
        let pipeline = Pipeline("push", capacity: 16)
        let branches =
            (1..<(devices - 1)).map { quickDevice("device \($0)") } + [
                slowDevice("device \(devices - 1)", of: pipeline),
                deadDevice(
                    "device \(devices)",
                    .retry(retries, backoff: .milliseconds(1), then: .deadLetter(dead.takeProducer()))),
            ]
        pipeline
            .source("publish", of: Notification.self) { [notifications] emit in
                for number in 1...notifications { try emit(Notification(number: number)) }
            }
            .broadcast(branches)

        let letters = Mutex<[DeadLetter<Notification>]>([])
        let collection = Pipeline("dead letters")
            .source("collect", from: dead.takeConsumer())
            .sink("keep") { (letter: DeadLetter<Notification>) in letters.withLock { $0.append(letter) } }
        // Do this even if everything was cancelled.
        defer { letters.withLock { $0 }.forEach(tell) }
        try runTogether(pipeline, collection)
    }

    private func tell(_ letter: DeadLetter<Notification>) {
        try? say("dead letter: \(letter.element) to \(letter.stage), \(letter.error), \(letter.attempts) attempts")
    }
}
