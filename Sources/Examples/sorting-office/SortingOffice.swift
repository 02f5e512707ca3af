import ArgumentParser
import ExampleSupport
import Pipelines
import ProgramSupport
import RingQueues

/// Two pipelines, each run by its own thread. The second begins where the first ends.
///
///     reception: read ─▶ stamp ─┬─ letters ────▶ sort ─▶ carry ×n ─┬─▶ write     :delivery
///                               └─ dead letters ─────▶ register ───┘
@main
struct SortingOffice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sorting-office",
        abstract: "Delivers letters by several carriers, and keeps the order for each address.",
        discussion: """
            A letter is a line: its address, a tab, its text. With no FILE, or when FILE is -, reads standard input. \
            Addresses and texts are bytes: two addresses are the same only if all their bytes are. Delivered letters go to \
            standard output as they came, each with its number at its address, and then the count of each address; letters \
            without address go to standard error, with \\xNN for control characters and invalid UTF-8.
            """)

    @Option(parsing: .unconditional, help: "How many carriers there are.")
    var carriers = 3

    @Option(parsing: .unconditional, help: "Make up this many letters instead of reading them.")
    var letters: Int?

    @Option(parsing: .unconditional, help: "Which letters to make up.")
    var seed: UInt64 = 1

    @Argument(help: ArgumentHelp("Where the letters are.", valueName: "file"))
    var files: [PathName] = []

    static func main() { runProgram() }

    func validate() throws {
        try check("--carriers", carriers, in: 1...1000, "the number of carriers")
        if let letters { try check("--letters", letters, in: 0...1_000_000_000, "the number of letters") }
        if letters != nil && !files.isEmpty { throw ValidationError("--letters and a file exclude each other") }
    }

    func run() throws {
        var letters = try Queue.make(of: Letter.self, kind: SPSC.self, capacity: 1024)
        var dead = try Queue.make(of: DeadLetter<Line>.self, kind: SPSC.self, capacity: 1024)
        try runTogether(
            reception(into: letters.takeProducer(), dead.takeProducer()),
            delivery(of: letters.takeConsumer(), dead.takeConsumer()))
    }

    /// Numbers the lines and makes letters of them.
    private func reception(
        into letters: consuming sending Producer<Letter, SPSC>,
        _ dead: consuming sending Producer<DeadLetter<Line>, SPSC>
    ) throws -> Pipeline {
        let mail: any Mail
        if let count = self.letters {
            mail = InventedMail(count: count, seed: seed)
        } else {
            mail = try ReadMail(files.isEmpty ? [PathName(bytes: [UInt8(ascii: "-")])] : files)
        }
        let pipeline = Pipeline("reception")
        // No queue can release a stage that waits for standard input.
        pipeline.onStop { mail.interrupt() }
        return
            pipeline
            .source("read", of: Line.self) { emit in
                var number = 0
                try mail.forEach { text in
                    number += 1
                    try emit(Line(number: number, text: text))
                }
            }
            .map("stamp", onError: .deadLetter(dead)) { (line: Line) in try Letter(line) }
            .into(letters)
    }

    /// Gives all letters of an address to the same carrier, which therefore can count them, and keeps them in order.
    private func delivery(
        of letters: consuming sending Consumer<Letter, SPSC>, _ dead: consuming sending Consumer<DeadLetter<Line>, SPSC>
    ) -> Pipeline {
        let pipeline = Pipeline("delivery")
        let delivered = pipeline.source("sort", from: letters)
            .partition { $0.address }
            .flatMap(
                "carry", of: Entry.self, workers: carriers, state: { [Bytes: Int]() },
                end: { counts, emit in
                    for (address, count) in counts { try emit(.count(address, count)) }
                },
                body: { counts, letter, emit in
                    counts[letter.address, default: 0] += 1
                    try emit(.delivered(letter, number: counts[letter.address, default: 0]))
                })
        let returned = pipeline.source("dead letters", from: dead).map("register") { (letter: DeadLetter<Line>) in
            Entry.returned(letter.element, "\(letter.error)")
        }
        return delivered.merge(returned).sink(
            "write", state: { [Bytes: Int]() },
            end: { counts in
                for (address, count) in counts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                    try StandardOutput.write(Array("\(count) for ".utf8) + address + [newline])
                }
            },
            body: { counts, entry in
                switch entry {
                case .delivered(let letter, let number):
                    try StandardOutput.write(letter.address + Array("\t\(number)\t".utf8) + letter.text + [newline])
                case .returned(let line, let reason):
                    remark("dead letter in line \(line.number), \(reason): \(Arguments.shown(line.text))")
                case .count(let address, let count): counts[address] = count
                }
            })
    }
}
