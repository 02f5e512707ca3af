import ArgumentParser
import Foundation

extension Contender: ExpressibleByArgument {}
extension Shape: ExpressibleByArgument {}
extension Wait: ExpressibleByArgument {}
extension PayloadKind: ExpressibleByArgument {}

@main
struct PeersSwift: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers-swift",
        abstract: "Does one piece of work over one queue and prints one line of JSON about it.")

    @Flag(help: "Print the contenders: name, version, how each waits.")
    var list = false

    @Argument var contender: Contender?
    @Argument var shape: Shape?

    @Option(help: "Threads that enqueue.") var producers = 1
    @Option(help: "Threads that dequeue.") var consumers = 1
    @Option(help: "Elements a call.") var batch = 1
    @Option(help: "Elements that fit.") var capacity = 1024
    @Option(help: "Bytes of an element, or object.") var payload = PayloadKind.bytes8
    @Option(help: "Calls that wait, or those that do not.") var wait = Wait.block
    @Flag(help: "Tie each thread to a processor.") var pin = false
    @Option(help: "Milliseconds of work.") var ms = 100
    @Option(help: "Milliseconds of work before that.") var warmupMs = 20
    @Option(help: "Nanoseconds of work for each element.") var workNs = 0
    @Option(help: "Elements a second, in paced.") var rate = 100_000

    /// Prints one line for an error in the command.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let line = message(for: error).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            FileHandle.standardError.write(Data("peers-swift: \(line)\n".utf8))
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }

    func validate() throws {
        guard !list else { return }
        guard contender != nil else { throw ValidationError("no contender: --list names them") }
        guard shape != nil else { throw ValidationError("no shape: \(Shape.allValueStrings.joined(separator: ", "))") }
        try check("--producers", producers, 1...1024)
        try check("--consumers", consumers, 1...1024)
        try check("--batch", batch, 1...65536)
        try check("--capacity", capacity, 1...1 << 24)
        try check("--ms", ms, 1...1_000_000)
        try check("--warmup-ms", warmupMs, 0...1_000_000)
        try check("--work-ns", workNs, 0...1_000_000_000)
        try check("--rate", rate, Work.ticksPerSecond...100_000_000)
        if shape == .paced { try check("--rate times --ms / 1000", rate / 1000 * ms, 1...Samples.most) }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard !range.contains(value) else { return }
        throw ValidationError("\(name) is \(value): it must be \(range.lowerBound) to \(range.upperBound)")
    }

    func run() throws {
        guard let contender, let shape else { return printList() }
        var work = Work(
            shape: shape, producers: producers, consumers: consumers, batch: batch, capacity: capacity,
            payload: payload, wait: wait, pins: pin, milliseconds: warmupMs, workNanoseconds: workNs, rate: rate)
        if warmupMs > 0 && shape != .idle { _ = try contender.run(work) }
        work.milliseconds = ms
        print(try contender.run(work)?.json ?? #"{"outcome":"absent"}"#)
    }

    private func printList() {
        let swift = swiftVersion()
        for contender in Contender.allCases {
            print(contender.rawValue, contender.version(swift: swift), contender.waiting, separator: "\t")
        }
    }

    /// The compiler's version, which a program cannot get by itself.
    private func swiftVersion() -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swift", "--version"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "Swift" }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.firstMatch(of: /Swift version ([^ ]+)/).map { "Swift \($0.1)" } ?? "Swift"
    }
}
