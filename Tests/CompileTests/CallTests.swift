import RingQueues
import TestSupport
import Testing

/// Every public call, as a user writes it, with each kind of queue. A kind's conformances say which calls it has: those
/// compile, and the others do not.
@Suite(.serialized) struct CallTests {
    /// Abilities of some kinds only: the condition under which the programs use them, and a call that needs them.
    private static let abilities: [(condition: String, has: @Sendable (any QueueKind.Type) -> Bool, call: String)] = [
        ("MANY_PRODUCERS", { $0 is any ManyProducers.Type }, "_ = queue.takeProducer().clone()"),
        ("MANY_CONSUMERS", { $0 is any ManyConsumers.Type }, "_ = queue.takeConsumer().clone()"),
        (
            "BULK", { $0 is any BulkKind.Type },
            "var end = queue.takeProducer(); _ = end.tryEnqueueBulk(copying: [1].span)"
        ),
        (
            "SINGLE_PRODUCER", { $0 is any SingleProducer.Type },
            "var end = queue.takeProducer(); _ = end.tryEnqueue { 1 }"
        ),
        (
            "SINGLE_CONSUMER", { $0 is any SingleConsumer.Type },
            "var end = queue.takeConsumer(); _ = end.tryDequeue { $0 }"
        ),
    ]

    /// If elements come from several workers, their queue has to be one for several producers.
    private static let several = [
        #".map("m", workers: 2) { $0 }"#, #".filter("f", workers: 2) { $0 > 0 }"#,
        #".merge(pipeline.source("t", of: Int.self) { _ in })"#,
    ]

    @Test(arguments: Kinds.all, ["queues", "joinable", "stages"])
    func everyCallCompilesWithEachKind(kind: any TestKind.Type, program: String) throws {
        let text = try Compiler.file("Tests/CompileTests/Cases/Calls/\(program).swift")
        let conditions = Self.abilities.filter { $0.has(kind) }.map(\.condition)
        let (status, output) = try Compiler()
            .compile(text: "import MutexQueues\ntypealias K = \(kind)\n" + text, conditions: conditions)
        #expect(status == 0 && output.isEmpty, "\(output)")
    }

    @Test func everyCallOfAFlowCompiles() throws {
        let (status, output) = try Compiler().compile(text: Compiler.file("Tests/CompileTests/Cases/Calls/flows.swift"))
        #expect(status == 0 && output.isEmpty, "\(output)")
    }

    @Test(arguments: Kinds.all) func callMissingFromAKindDoesNotCompile(kind: any TestKind.Type) throws {
        for ability in Self.abilities where !ability.has(kind) {
            let (status, output) = try Compiler()
                .compile(
                    text: """
                        import MutexQueues
                        import RingQueues
                        func run() throws {
                            var queue = try Queue.make(of: Int.self, kind: \(kind).self, capacity: 8)
                            \(ability.call)
                        }
                        """)
            #expect(status != 0 && output.contains("conform to"), "\(ability.condition): \(output)")
        }
    }

    @Test(arguments: Kinds.all, several)
    func aFlowOfSeveralWorkersGoesIntoAKindForSeveralProducers(kind: any TestKind.Type, stage: String) throws {
        let (status, output) = try Compiler()
            .compile(
                text: """
                    import MutexQueues
                    import Pipelines
                    import RingQueues
                    func run() throws {
                        var queue = try Queue.make(of: Int.self, kind: \(kind).self, capacity: 8)
                        let pipeline = Pipeline("p")
                        pipeline.source("s", of: Int.self) { emit in try emit(1) }\(stage).into(queue.takeProducer())
                    }
                    """)
        if kind is any ManyProducers.Type {
            #expect(status == 0 && output.isEmpty, "\(output)")
        } else {
            #expect(status != 0 && output.contains("error: "), "\(output)")
        }
    }
}
