// Coverage-guided fuzzing with libFuzzer of everything that reads input of a user, a file or a program. A fault is
// a trap, a loop without end, or a broken rule of `check`. Usage: fuzz PARSER [libFuzzer's arguments]; see scripts/lib/fuzz.
import ArgumentParser
import BenchCommands
import BenchKit
import Foundation
import PgzipKit
import ProgramSupport

typealias Parser = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ parser: Parser
) -> Int32

func check(_ holds: Bool, _ rule: String) { if !holds { fatalError(rule) } }

/// Lines as arguments, encoded as those of a command line are.
func arguments(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [String] {
    // A command line cannot hold a zero.
    let bytes = unsafe UnsafeBufferPointer(start: data, count: count).filter { $0 != 0 }
    return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
        let text = Arguments.encode(Array(line))
        check(Arguments.decode(text) == Array(line), "an argument decodes to its bytes")
        return text
    }
}

let commands = Bench.configuration.subcommands
let options = Set(commands.flatMap { $0.helpMessage().matches(of: /--[a-z]+/).map { String($0.output) } }).sorted()
let values = [
    "0", "1", "2", "63", "64", "65", "1000", "1001", "10k", "64KiB", "100ms", "1073741824", "1073741825",
    "9223372036854775807", "9223372036854775808", "auto", "max", "ring,mutex", "spsc", "mpmc", "json", "block", "1,64",
]

/// The way in which `bench` reads these words before it measures anything. One command an input: each takes a
/// millisecond.
func read(_ words: [String]) {
    if let command = commands.first(where: { $0._commandName == words.first }) {
        _ = try? command.parseAsRoot(Array(words.dropFirst()))
        return
    }
    guard let options = try? CommonOptions.parse(words) else { return }
    check((1...1 << 30).contains(options.capacity), "the capacity is in range")
    check(options.batches.allSatisfy { (1...options.capacity).contains($0) }, "each burst fits")
    if case .count(let runs) = options.runs { check((1...1000).contains(runs), "the number of runs is in range") }
}

/// The first byte is a command, each later pair of bytes an option and its value: combinations, not spellings.
func choices(_ bytes: [UInt8]) -> [String] {
    guard let first = bytes.first else { return [] }
    var words = [(commands.map { $0._commandName } + ["--quiet"])[Int(first) % (commands.count + 1)]]
    for pair in stride(from: 1, to: bytes.count - 1, by: 2) {
        words += [options[Int(bytes[pair]) % options.count], values[Int(bytes[pair + 1]) % values.count]]
    }
    return words
}

let parsers: [String: Parser] = [
    "gzip": { data, count in
        var parser = GzipHeaderParser()
        for byte in unsafe UnsafeBufferPointer(start: data, count: count) {
            guard let isDone = try? parser.consume(byte), !isDone else { break }
        }
        return 0
    },
    "pgzip": { data, count in
        guard let options = try? unsafe Options.read(arguments(data, count)) else { return 0 }
        check((1...Options.maximumWorkers).contains(options.processes), "the number of threads is in range")
        check(!options.files.contains { $0.bytes.isEmpty }, "no name is empty")
        return 0
    },
    "bench": { data, count in
        read(unsafe arguments(data, count))
        return 0
    },
    "choices": { data, count in
        read(choices(unsafe Array(UnsafeBufferPointer(start: data, count: count))))
        return 0
    },
    "peers": { data, count in
        let bytes = unsafe UnsafeBufferPointer(start: data, count: count)
        if let sample = try? unsafe PeerSample.read(Data(bytes)) { check(sample.elements >= 0, "the count is valid") }
        return 0
    },
    "results": { data, count in
        let bytes = unsafe UnsafeBufferPointer(start: data, count: count)
        guard let reports = try? unsafe StoredReport.read(Data(bytes), "r.json") else { return 0 }
        let page = Page(reports)
        check(page.html().contains("</html>"), "the page is complete")
        _ = page.markdown()
        guard let report = reports[0].queues else { return 0 }
        check(Comparison.obstacle(report, report) == nil, "a report can be compared with itself")
        // Resampling takes long, and its input is only numbers by now.
        if report.results.count <= 2 { _ = Comparison(old: report, new: report, seed: 1) }
        return 0
    },
]

var words = CommandLine.arguments
guard words.count > 1, let parser = parsers[words[1]] else {
    print("fuzz: there are the parsers \(parsers.keys.sorted().joined(separator: ", "))")
    exit(2)
}
words.remove(at: 1)
let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
for (i, word) in words.enumerated() { unsafe (list + i).initialize(to: strdup(word)) }
unsafe (list + words.count).initialize(to: nil)
var count = Int32(words.count)
var vector = unsafe list
exit(unsafe runFuzzer(&count, &vector, parser))
