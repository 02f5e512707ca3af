package import Testing

/// A watchdog for each case of a suite's tests: one that waits for ever fails with the stack of every thread.
package struct Watched: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let dog = Watchdog(test.name)
        try await body()
        dog.stop()
    }
}

extension Trait where Self == Watched {
    package static var watched: Watched { Watched() }
}
