import TestSupport
import Testing

/// The tutorial's story: the scheduler decides who speaks first, except for lines that must follow another.
@Suite struct NotchTests {
    @Test(arguments: [1, 10, 200]) func theStory(tasks: Int) {
        let story = Story(Scratch().sh("notch --tasks \(tasks) --second 1"), status: 0)
        let made = (1...tasks).map { "producer makes task \($0)" } + ["producer has made all \(tasks)"]
        #expect(story.lines(of: "producer") == made)

        var passed: [String: [Int]] = [:]
        for (name, seconds) in [("A", 4), ("B", 5), ("C", 2)] {
            let own = story.lines(of: name)
            let takes = own.filter { $0.contains(" takes ") }.compactMap(number)
            passed[name] = takes
            // One task after the other in the order of the queue, and the poison after the last.
            #expect(takes == takes.sorted())
            #expect(
                own == takes.flatMap {
                    ["\(name) takes task \($0) and works for \(seconds) s", "\(name) passes task \($0) on"]
                } + ["\(name) passes its poison on"])
        }
        #expect(passed.values.joined().sorted() == Array(1...tasks))

        let consumer = story.lines(of: "consumer")
        var poisons: [Substring] = []
        for line in consumer.dropLast() {
            guard let name = line.split(separator: " ").last else { continue }
            if line.contains("poison") {
                poisons.append(name)
                #expect(line == "consumer gets poison \(poisons.count) of 3 from \(name)")
                story.expect("\(name) passes its poison on", before: line)
            } else {
                #expect(!poisons.contains(name), "\(line): after the poison of \(name)")
                story.expect("\(name) passes task \(number(line) ?? 0) on", before: line)
            }
        }
        #expect(poisons.sorted() == ["A", "B", "C"])
        for (name, tasks) in passed {
            let got = consumer.filter { $0.hasSuffix("from \(name)") && $0.contains("task") }.compactMap(number)
            #expect(got == tasks)
        }
        #expect(story.lines.last == "consumer stops")
        for task in 1...tasks {
            let taker = passed.first { $0.value.contains(task) }?.key ?? ""
            story.expect(
                "producer makes task \(task)",
                before: story.lines.first { $0.hasPrefix("\(taker) takes task \(task) ") })
        }
        #expect(story.err.contains("  producer: \(tasks) emitted\n"))
        #expect(story.err.contains("  intermediary ×3: \(tasks) taken, \(tasks) completed, \(tasks + 3) emitted\n"))
        #expect(story.err.contains("  consumer: \(tasks + 3) taken, \(tasks + 3) completed\n"))
    }

    /// All three work for minutes; the cancel does not wait for that.
    @Test func controlCCancels() {
        let script = signalling("notch --second 60000", "*works*) ((++works == 3)) && kill -INT $pid ;;")
        let story = Story(Scratch().sh(script), status: 130)
        #expect(story.lines(of: "consumer").isEmpty)
        #expect(story.lines.allSatisfy { !$0.contains("poison") && !$0.hasPrefix("Error") })
        #expect(story.lines.contains("notch: cancelled"))
    }

    @Test func controlBackslashExplains() {
        let script = signalling(
            "notch --second 60000",
            "*works*) ((++works == 3)) && kill -QUIT $pid ;; 'notch: producer'*) kill -INT $pid ;;")
        let story = Story(Scratch().sh(script), status: 130)
        let told = story.lines.first { $0.hasPrefix("notch: producer ") }
        #expect(told?.contains("; intermediary ×3 waiting in its body since ") == true)
    }

    @Test(arguments: [
        ("--tasks 0", "--tasks 0: the number of tasks is 1 to 1000000"),
        ("--tasks -1", "--tasks -1: the number of tasks is 1 to 1000000"),
        ("--second 60001", "--second 60001: a second in milliseconds is 0 to 60000"),
        ("--tasks ten", "The value 'ten' is invalid for '--tasks <tasks>'"),
    ])
    func wrongOptions(_ options: String, _ message: String) {
        let story = Story(Scratch().sh("notch \(options)"), status: 64)
        #expect(story.lines.isEmpty && story.err.hasPrefix("Error: \(message)\n"))
    }

    @Test func aFullDisk() {
        let story = Story(Scratch().sh("notch --second 0 > /dev/full"), status: 1)
        #expect(story.err.hasSuffix("\nError: standard output: No space left on device\n"))
    }

    private func number(_ line: String) -> Int? { line.split(separator: " ").lazy.compactMap { Int($0) }.first }
}
