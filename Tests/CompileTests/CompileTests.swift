import Testing

/// A file in Cases, which with `-D MISUSE` must not compile, for the reason that the diagnostic names, and which
/// without must.
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
        Case(name: "waitedForInAsync", diagnostic: "is unavailable from asynchronous contexts"),
        Case(name: "storedWhereItIsShared", diagnostic: "has non-Sendable type 'Producer<Int, MPMC>'"),
        Case(
            name: "sharedByTasks", diagnostic: "conformance of 'Consumer<Element, Kind>' to 'Sendable' is unavailable"),
        Case(name: "constructedOnSharedEnd", diagnostic: "conform to 'SingleProducer'"),
        Case(name: "consumedOnSharedEnd", diagnostic: "conform to 'SingleConsumer'"),
        Case(name: "bulkOnConcurrencyKit", diagnostic: "conform to 'BulkKind'"),
        Case(name: "copiedEnd", diagnostic: "'producer' consumed more than once"),
    ]

    /// What does not hold yet. When it does, the tests say so, and the case moves up.
    static let open = [
        Case(name: "touchedAfterBurst", diagnostic: "Sendable"),
        Case(name: "touchedAfterMovingBurst", diagnostic: "Sendable"),
        Case(name: "touchedAfterConstructing", diagnostic: "sending"),
    ]
}

/// Misuse of ends does not compile. One compiler at a time: each takes a core.
@Suite(.serialized) struct CompileTests {
    @Test(arguments: Case.all) func misuseDoesNotCompile(_ misuse: Case) throws {
        let (status, output) = try Compiler().compile(misuse.name, misuse: true)
        #expect(status != 0, "it compiled")
        #expect(output.contains("error: ") && output.contains(misuse.diagnostic), "\(output)")
    }

    @Test(arguments: Case.open) func misuseThatStillCompiles(_ misuse: Case) throws {
        let (status, output) = try Compiler().compile(misuse.name, misuse: true)
        withKnownIssue("an object in the queue can still be touched") {
            #expect(status != 0 && output.contains(misuse.diagnostic), "\(output)")
        }
    }

    @Test func anObjectCannotBeForwardedYet() throws {
        let (status, output) = try Compiler().compile("touchedAfterForwarding", misuse: false)
        withKnownIssue("what a call returns belongs to the end, not to the caller") {
            #expect(status == 0 && output.isEmpty, "\(output)")
        }
    }

    @Test(arguments: Case.all) func itsCorrectedTwinCompiles(_ twin: Case) throws {
        let (status, output) = try Compiler().compile(twin.name, misuse: false)
        #expect(status == 0 && output.isEmpty, "\(output)")
    }
}
