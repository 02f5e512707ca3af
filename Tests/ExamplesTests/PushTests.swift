import TestSupport
import Testing

@Suite struct PushTests {
    @Test(arguments: [(1, 2), (10, 4), (300, 5)]) func everyDeviceInItsOrder(notifications: Int, devices: Int) {
        let all = Array(1...notifications)
        let story = Story(
            Scratch().sh("push --notifications \(notifications) --devices \(devices) --slow 1 --retries 1"))
        for device in 1..<(devices - 1) {
            #expect(
                story.lines(of: "device \(device)")
                    == all.map { "device \(device) gets notification \($0)" } + [
                        "device \(device) has got \(all.count)"
                    ])
        }

        let slow = story.lines(of: "device \(devices - 1)")
        let got = slow.filter { $0.contains("gets") }.compactMap(number)
        let missed = slow.filter { $0.contains("misses") }.compactMap(number)
        #expect(got == got.sorted() && missed == missed.sorted())
        #expect((got + missed).sorted() == all)
        #expect(slow.last == "device \(devices - 1) has got \(got.count) and missed \(missed.count)")

        #expect(story.lines(of: "device \(devices)").isEmpty)
        #expect(
            story.lines.suffix(all.count)
                == all.map { "dead letter: notification \($0) to device \(devices), unreachable, 2 attempts" }[...])
        #expect(story.err.contains("push: finished\n") && story.err.contains("dead letters: finished\n"))
        #expect(
            story.err.contains(
                "  device \(devices): \(all.count) taken, \(all.count) dead-lettered, \(all.count) retried\n"))
    }

    /// It takes an hour for its first notification; the others have all of theirs before that.
    @Test func aSlowDeviceHoldsNobodyUp() {
        let script = signalling(
            "push --notifications 100 --slow 3600000",
            "*'has got 100') ((++done == 2)) && kill -QUIT $pid ;; 'push: publish'*) kill -INT $pid ;;")
        let story = Story(Scratch().sh(script), status: 130)
        for device in [1, 2] { #expect(story.lines(of: "device \(device)").count == 101) }
        // It has got none, so it has missed each once: those without room, and those that it never reached.
        let missed = story.lines(of: "device 3")
        #expect(missed.allSatisfy { $0.contains("misses") })
        #expect(Set(missed).count == missed.count && (99...100).contains(missed.count))
        #expect(story.lines.contains("push: cancelled"))
    }

    @Test(arguments: [
        ("--devices 1", "--devices 1: the number of devices is 2 to 1000"),
        ("--notifications 0", "--notifications 0: the number of notifications is 1 to 1000000"),
        ("--room 0", "--room 0: the number of notifications that wait is 1 to 1000000"),
    ])
    func wrongOptions(_ options: String, _ message: String) {
        let story = Story(Scratch().sh("push \(options)"), status: 64)
        #expect(story.lines.isEmpty && story.err.hasPrefix("Error: \(message)\n"))
    }

    private func number(_ line: String) -> Int? { line.split(separator: " ").last.flatMap { Int($0) } }
}
