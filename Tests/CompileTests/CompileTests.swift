import Testing

/// A file in Cases. With `-D MISUSE` it must not compile, for the reason that the diagnostic names; without it, it must
/// compile.
struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let diagnostic: String

    var testDescription: String { name }

    static let all = [
        Case(name: "sharedSingleProducer", diagnostic: "'producer' consumed more than once"),
        Case(name: "capturedByTwoThreads", diagnostic: "capture of 'producer' with non-Sendable type"),
        Case(name: "usedAfterSent", diagnostic: "'producer' used after consume"),
        Case(name: "clonedSingleProducer", diagnostic: "requires that 'SPSC' conform to 'ManyProducers'"),
        Case(name: "clonedSingleConsumer", diagnostic: "requires that 'MPSC' conform to 'ManyConsumers'"),
        Case(name: "usedAfterFinish", diagnostic: "'producer' used after consume"),
        Case(name: "touchedAfterEnqueue", diagnostic: "sending 'job' risks causing data races"),
        Case(name: "waitedForInAsync", diagnostic: "expression is 'async' but is not marked with 'await'"),
        Case(name: "thrownInAsync", diagnostic: "in asynchronous code, write await enqueue"),
        Case(name: "sharedByTwoTasks", diagnostic: "'consumer' consumed more than once"),
        Case(name: "capturedByTask", diagnostic: "'consumer' cannot be consumed when captured by an escaping"),
        Case(name: "storedWhereItIsShared", diagnostic: "has non-Sendable type 'Producer<Int, MPMC>'"),
        Case(
            name: "sharedByTasks", diagnostic: "conformance of 'Consumer<Element, Kind>' to 'Sendable' is unavailable"),
        Case(name: "constructedOnSharedEnd", diagnostic: "conform to 'SingleProducer'"),
        Case(name: "consumedOnSharedEnd", diagnostic: "conform to 'SingleConsumer'"),
        Case(name: "bulkOnConcurrencyKit", diagnostic: "conform to 'BulkKind'"),
        Case(name: "copiedEnd", diagnostic: "'producer' consumed more than once"),
        Case(name: "touchedAfterBurst", diagnostic: "'Job' does not conform to the 'Sendable' protocol"),
        Case(name: "touchedAfterMovingBurst", diagnostic: "sending 'span' risks causing data races"),
        Case(name: "touchedAfterConstructing", diagnostic: "sending"),
        Case(name: "touchedAfterForwarding", diagnostic: "sending 'back' risks causing data races"),
        Case(name: "fullWithoutLimit", diagnostic: "has no member 'full'"),
        Case(name: "emptyUnhandled", diagnostic: "switch must be exhaustive"),
        Case(name: "doneTwice", diagnostic: "'task' consumed more than once"),
    ]
}

/// Misuse of ends does not compile. One compiler at a time: each takes a core.
@Suite(.serialized) struct CompileTests {
    @Test(arguments: Case.all) func misuseDoesNotCompile(_ misuse: Case) throws {
        let (status, output) = try Compiler().compile(misuse.name, misuse: true)
        #expect(status != 0, "it compiled")
        #expect(output.contains("error: ") && output.contains(misuse.diagnostic), "\(output)")
    }

    @Test(arguments: Case.all) func itsCorrectedTwinCompiles(_ twin: Case) throws {
        let (status, output) = try Compiler().compile(twin.name, misuse: false)
        #expect(status == 0 && output.isEmpty, "\(output)")
    }
}
