import Foundation
import Testing

/// The command itself: what it says of bad input, and that its options arrive.
@Suite(.serialized) struct CommandTests {
    private func bench(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = try FileManager.default
            .destinationOfSymbolicLink(atPath: "/proc/self/exe").asURL.deletingLastPathComponent()
            .appendingPathComponent("bench")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Both are short: neither fills its pipe while the other is read.
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: complaint, as: UTF8.self)
        )
    }

    @Test(arguments: [
        ("--foo", "--foo"), ("--queues nope", "nope"), ("--capacity 0", "--capacity is 0: it must be 1 to 1073741824"),
        ("--capacity=-3", "--capacity is -3"), ("--batch 2000", "--batch is 2000: it must be 1 to 1024"),
        ("--payload 9", "8, 64 or 256"), ("--elements 0", "--elements is 0"), ("--runs x", "'x' is invalid"),
        ("--wait never", "'never' is invalid"), ("--format xml", "'xml' is invalid"), ("--batch 1,,2", "'1,,2'"),
        ("--output /nowhere/at/all", "/nowhere/at/all: No such file or directory"),
        ("--topologies SPSC --producers 2", "fits SPSC"), ("--producers 0", "--producers is 0"),
        ("pipeline --queues ring-try", "ring-try"),
        ("pipeline --work=-1", "--work is -1: it must be 0 to 1000000000"), ("nosuch", "nosuch"),
    ])
    func badInputGetsOneLine(line: String, says: String) throws {
        let (status, output, errors) = try bench(line.split(separator: " ").map(String.init))
        #expect(status != 0)
        #expect(output.isEmpty)
        let lines = errors.split(separator: "\n").filter { !$0.hasPrefix("row ") }
        #expect(lines.count == 1 && lines.allSatisfy { $0.hasPrefix("bench: ") && $0.contains(says) }, "\(errors)")
    }

    @Test func optionsArrive() throws {
        let options =
            "--queues mutex,ring --topologies mpmc,SPSC --producers 1 --consumers 1 --batch 3 --capacity 5 --payload 64 "
            + "--elements 100 --runs 2 --wait spin --pin --format csv"
        let (status, output, _) = try bench(options.split(separator: " ").map(String.init))
        #expect(status == 0)
        let rows = output.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").prefix(14).joined(separator: ",")
        }
        #expect(
            rows == [
                "contention,mutex,true,MPMC,1,1,3,5,64,park,100,2,ok,true",
                "contention,ring-mpmc,true,MPMC,1,1,3,5,64,spin,100,2,ok,true",
                "contention,mutex,true,SPSC,1,1,3,5,64,park,100,2,ok,true",
                "contention,ring-spsc,true,SPSC,1,1,3,5,64,spin,100,2,ok,true",
            ])
    }

    @Test(arguments: ["table", "json", "markdown"]) func everyFormatIsPrinted(format: String) throws {
        let options = "pipeline --queues ring,mutex --batch 1 --elements 100 --runs 1 --format \(format)"
        let (status, output, _) = try bench(options.split(separator: " ").map(String.init))
        #expect(status == 0)
        #expect(output.contains("ring-pipeline"))
    }
}

extension String {
    fileprivate var asURL: URL { URL(fileURLWithPath: self) }
}
