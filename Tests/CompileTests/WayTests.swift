import Testing

/// What the articles say of the sources is so.
@Suite struct WayTests {
    /// A step that ends signals the other side, in one place of each ring. So no caller can forget it.
    @Test(arguments: ["rq_index.h", "rq_stamped.h", "rq_ck.h"])
    func ringsSignalInOnePlacePerSide(header: String) throws {
        let source = try Compiler.file("Sources/CRings/include/" + header)
        for signal in ["rq_signal_consumers(", "rq_signal_producers("] {
            #expect(source.ranges(of: signal).count == 1, "\(signal) in \(header)")
        }
    }

    @Test func callersOfTheRingsDoNotSignal() throws {
        let swift = try Compiler.files(in: "Sources/RingQueues").filter { $0.hasSuffix(".swift") }
            .map { "Sources/RingQueues/" + $0 }
        #expect(swift.count > 20)
        for file in swift + ["Tests/Verification/explorer/queue.c", "Benchmarks/C/CRingLoop/CRingLoop.c"] {
            #expect(try !Compiler.file(file).contains("rq_signal"), "\(file)")
        }
    }

    /// The articles' tables, and how many files a reader opens at most.
    @Test(arguments: [("## The path of an element", 4), ("## From one body to the next", 6)])
    func functionsOnTheWayOfAnElementExist(section: String, files: Int) throws {
        let article = try Compiler.file("Sources/RingQueues/RingQueues.docc/Architecture.md")
        let lines = article.split(separator: "\n").drop { $0 != section }.dropFirst().prefix { !$0.hasPrefix("## ") }
        let steps = lines.compactMap { line in
            line.firstMatch(of: /^\| `(Sources\/[^`]+)` \| `([a-zA-Z_]+)` \|/).map { (String($0.1), String($0.2)) }
        }
        #expect(steps.count >= 6, "the article has no list of functions")
        for (file, function) in steps {
            #expect(try defines(function, Compiler.file(file)), "\(file) has no \(function)")
        }
        #expect(Set(steps.map(\.0)).count <= files)
    }

    @Test func everyReasonToWaitIsExplained() throws {
        let article = try Compiler.file("Sources/Pipelines/Pipelines.docc/OperatingIt.md")
        let source = try Compiler.file("Sources/Pipelines/Reports/Explain.swift")
        let reasons = source.matches(of: /case \.[a-z]+.*:\s+"([a-z ]+[a-z])/).map { String($0.1) }
        #expect(reasons.count >= 9, "\(reasons)")
        for reason in reasons { #expect(article.contains("`\(reason)"), "no row for '\(reason)'") }
    }

    private func defines(_ function: String, _ source: String) -> Bool {
        source.split(separator: "\n").contains { line in
            line.contains("func \(function)(") || line.contains("func \(function)<")
                || (line.hasPrefix("RQ_INLINE ") && line.contains(" \(function)("))
        }
    }
}
