import Pipelines

// Runs a pipeline from wherever a program may run one; its bodies are on other threads than the code around them.

let topLevel = Pipeline("top level")
topLevel
    .source("count", of: Int.self) { emit in for i in 1...1000 { try emit(i) } }
    .map("double") { (i: Int) in 2 * i }
    .filter("large") { $0 > 1000 }
    .sink("take") { (_: Int) in }
print("top level:", try topLevel.run().outcome)

@MainActor func runOnMainActor() throws -> PipelineReport.Outcome {
    try Pipeline("main actor")
        .source("count", of: Int.self) { emit in for i in 1...1000 { try emit(i) } }
        .flatMap("twice", of: Int.self) { i, emit in
            try emit(i)
            try emit(i)
        }
        .map("double", workers: 2) { (i: Int) in 2 * i }
        .sink("take", state: { 0 }) { sum, i in sum += i }
        .run()
        .outcome
}
print("main actor:", try runOnMainActor())

nonisolated func runAnywhere() throws -> PipelineReport.Outcome {
    try Pipeline("function")
        .source("count", of: Int.self) { emit in for i in 1...1000 { try emit(i) } }
        .sink("take", workers: 2) { (_: Int) in }
        .run()
        .outcome
}
print("function:", try runAnywhere())
