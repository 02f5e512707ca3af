import ArgumentParser
import ExampleSupport
import Pipelines
import ProgramSupport
import RingQueues

/// The tutorial's program: one quick producer, three slow intermediaries, one consumer that counts poisons.
///
///                    ┌─▶ A (4 s) ─┐
///     producer ─ SPMC ┼─▶ B (5 s) ─┼─ MPSC ─▶ consumer
///                    └─▶ C (2 s) ─┘
@main
struct Notch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notch",
        abstract: "One quick producer, three slow intermediaries, and a consumer that stops at the third poison.")

    @Option(parsing: .unconditional, help: "How many tasks the producer makes.")
    var tasks = 10

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long a second of the story takes.", valueName: "milliseconds"))
    var second = 1000

    static func main() { runProgram() }

    func validate() throws {
        try check("--tasks", tasks, in: 1...1_000_000, "the number of tasks")
        try check("--second", second, in: 0...60_000, "a second in milliseconds")
    }

    func run() throws {
        let pipeline = Pipeline("notch", capacity: 4)
        let crew = Crew([("A", 4), ("B", 5), ("C", 2)], second: .milliseconds(second))
        // The last queue is made and wired by hand, to show it; `.sink("consumer")` would do the same.
        var results = try Queue.make(of: Message.self, kind: MPSC.self, capacity: 4)

        pipeline
            .source("producer", of: Int.self) { [tasks] emit in
                for task in 1...tasks {
                    try say("producer makes task \(task)")
                    try emit(task)
                }
                try say("producer has made all \(tasks)")
            }
            .flatMap(
                "intermediary", of: Message.self, workers: crew.count, state: { try crew.next(in: pipeline) },
                end: { me, emit in
                    try say("\(me.name) passes its poison on")
                    try emit(.poison(from: me.name))
                },
                body: { me, task, emit in
                    try say("\(me.name) takes task \(task) and works for \(me.seconds) s")
                    try me.work()
                    try say("\(me.name) passes task \(task) on")
                    try emit(.work(task, from: me.name))
                }
            )
            .into(results.takeProducer())

        var poisons = 0
        pipeline.add(
            ConsumerStage("consumer", from: results.takeConsumer()) { (message: Message) in
                switch message {
                case .work(let task, let name): try say("consumer gets task \(task) from \(name)")
                case .poison(let name):
                    poisons += 1
                    try say("consumer gets poison \(poisons) of \(crew.count) from \(name)")
                    guard poisons == crew.count else { return }
                    try say("consumer stops")
                    throw EndOfStage()
                }
            })

        try runTogether(pipeline)
    }
}
