import Glibc
import Pipelines
import RingQueues
import Synchronization
import TestSupport
import Testing

/// The name that the system shows for a stage's thread.
@Suite struct ThreadNameTests {
    /// The names of the threads of a stage with that name, as `/proc` has them.
    private static func names(_ stage: String, workers: Int) throws -> [[UInt8]] {
        let names = Synchronization.Mutex<[[UInt8]]>([])
        try Pipeline("names")
            .source("none", of: Int.self) { _ in }
            .sink(stage, workers: workers, state: { names.withLock { $0.append(ownThreadName()) } }) { _, _ in }
            .run()
        return names.withLock { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }

    @Test(arguments: [
        ("work", "work"),
        ("fifteen-bytes-x", "fifteen-bytes-x"),
        ("sixteen-bytes-xy", "sixteen-bytes-x"),
        // Eight characters of two bytes, the last of which does not fit.
        ("äöüäöüäö", "äöüäöüä"),
        // A letter and its accent stay together, as do the parts of an emoji.
        ("abcdefghijklmne\u{301}", "abcdefghijklmn"),
        ("abcdefgh👩‍💻", "abcdefgh"),
        ("日本語日本語", "日本語日本"),
        // No room for the first character as a whole.
        ("👨‍👩‍👧‍👦", "👨‍👩‍"),
        ("", "stage"),
        ("a\nb\u{0}c\u{1b}[1m\r\n\u{7f}\u{85}\u{2028}\u{2029}", "a?b?c?[1m??????"),
        // A number that is part of the name stays as well.
        ("a-stage-of-a-long-name-17", "a-stage-of-a-17"),
        // A number that no worker could have.
        ("x-12345678901234567", "x-1234567890123"),
        ("numbers-0123456789", "numbers-0123456"),
        ("digits0123456789", "digits012345678"),
        ("seven-hundred-", "seven-hundred-"),
        ("a-stage-without-number-", "a-stage-without"),
        ("numbers-012345678", "numbe-012345678"),
    ])
    func aNameIsCutBetweenCharacters(stage: String, shown: String) throws {
        let dog = Watchdog("aNameIsCutBetweenCharacters")
        #expect(try Self.names(stage, workers: 1) == [Array(shown.utf8)])
        dog.stop()
    }

    @Test(arguments: [
        ("extraordinarily-long", "extraordinari"),
        ("work", "work"),
        ("überlänge-über", "überlänge-"),
        ("日本語日本語", "日本語日"),
        ("👨‍👩‍👧‍👦", "👨‍👩"),
        ("", ""),
    ])
    func theNumberOfAWorkerStays(stage: String, shown: String) throws {
        let dog = Watchdog("theNumberOfAWorkerStays")
        #expect(try Self.names(stage, workers: 3) == (1...3).map { Array("\(shown)-\($0)".utf8) })
        dog.stop()
    }

    @Test func elevenWorkersAreToldApart() throws {
        let dog = Watchdog("elevenWorkersAreToldApart")
        let names = try Self.names("extraordinarily", workers: 11).map { String(decoding: $0, as: UTF8.self) }
        #expect(Set(names).count == 11)
        #expect(names.contains("extraordinari-9") && names.contains("extraordinar-11"))
        dog.stop()
    }

    /// A group names its threads as a pipeline does.
    @Test(arguments: [1, 2]) func aGroupNamesItsThreadsAsAPipelineDoes(workers: Int) throws {
        let dog = Watchdog("aGroupNamesItsThreadsAsAPipelineDoes")
        let names = Synchronization.Mutex<[[UInt8]]>([])
        var work = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        var done = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 1)
        var stages = StageGroup()
        try stages.start("extraordinarily-ö", workers: workers, work.takeConsumer(), done.takeProducer()) { _, _ in
            names.withLock { $0.append(ownThreadName()) }
        }
        try stages.join()
        let shown = workers == 1 ? ["extraordinarily"] : ["extraordinari-1", "extraordinari-2"]
        #expect(Set(names.withLock { $0 }) == Set(shown.map { Array($0.utf8) }))
        dog.stop()
    }

    @Test func aWatchingThreadHasAName() throws {
        let dog = Watchdog("aWatchingThreadHasAName")
        let name = Synchronization.Mutex<[UInt8]>([])
        let pipeline = Pipeline("watched")
        let told = Level()
        pipeline.onQuiet(.milliseconds(1)) { _ in
            name.withLock { $0 = ownThreadName() }
            told.rise()
        }
        pipeline.source("wait", of: Int.self) { _ in told.wait() }.sink("none") { (_: Int) in }
        try pipeline.run()
        #expect(name.withLock { $0 } == Array("watch".utf8))
        dog.stop()
    }
}
