// swift-tools-version: 6.2
import PackageDescription

let ours: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Turns on the assertions of the C code (`rq_assert`) in debug builds. A Swift target has it for the headers that it inlines.
let invariants = CSetting.define("RQ_DEBUG", .when(configuration: .debug))

/// A program that shows pipelines at work.
func example(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "ExampleSupport", "Pipelines", "ProgramSupport", "RingQueues",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        path: "Sources/Examples/\(name)",
        swiftSettings: ours)
}

let package = Package(
    name: "RingQueues",
    // The products are only libraries, and none of them needs a package. The package manager leaves out dependencies that no
    // product needs, so a package that depends on this one resolves nothing else. 'swift run bench' in a clone needs no
    // product here: each program of the root package has one.
    products: [
        .library(name: "RingQueues", targets: ["RingQueues"]),
        .library(name: "MutexQueues", targets: ["MutexQueues"]),
        .library(name: "Pipelines", targets: ["Pipelines"]),
    ],
    // For programs and tests.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CConcurrencyKit",
            providers: [.apt(["libck-dev"]), .brew(["concurrencykit"])]),
        .target(
            name: "CRings",
            dependencies: ["CConcurrencyKit"],
            cSettings: [.treatAllWarnings(as: .error), invariants]),
        .target(
            name: "CRingsHeaders",
            dependencies: ["CRings"],
            publicHeadersPath: ".",
            cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "RingQueues",
            dependencies: ["CRings"],
            cSettings: [invariants],
            // BuiltinModule: needed for one call, in which a closure returns into memory of the queue. See Large.swift.
            // Lifetimes: needed to lend a span. See Burst.swift.
            swiftSettings: ours + [
                .enableExperimentalFeature("BuiltinModule"), .enableExperimentalFeature("Lifetimes"),
            ]),
        .target(
            name: "MutexQueues",
            dependencies: ["CRings", "RingQueues"],
            swiftSettings: ours),
        .target(
            name: "Pipelines",
            dependencies: ["RingQueues"],
            swiftSettings: ours),
        .target(
            name: "CMutexQueue",
            path: "Benchmarks/C/CMutexQueue",
            cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "CRingLoop",
            dependencies: ["CRings"],
            path: "Benchmarks/C/CRingLoop",
            cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "BenchKit",
            dependencies: [
                "CMutexQueue", "CRingLoop", "RingQueues", "MutexQueues", "Pipelines",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "TextTable", package: "TextTable"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            path: "Benchmarks/BenchKit",
            resources: [
                .embedInCode("Page/Templates/page.mustache"), .embedInCode("Page/Templates/picture.mustache"),
                .embedInCode("Page/Templates/charts.css"), .embedInCode("Page/Templates/bars.mustache"),
                .embedInCode("Page/Templates/lines.mustache"), .embedInCode("Page/Templates/heat.mustache"),
                .embedInCode("Page/Templates/results.mustache"),
            ],
            swiftSettings: ours),
        .target(
            name: "ProgramSupport",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: ours),
        .target(
            name: "BenchCommands",
            dependencies: [
                "BenchKit", "ProgramSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Benchmarks/BenchCommands",
            swiftSettings: ours),
        .executableTarget(
            name: "bench",
            dependencies: ["BenchCommands"],
            path: "Benchmarks/bench",
            swiftSettings: ours),
        .systemLibrary(
            name: "CZlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CWidth"),
        .target(
            name: "PgzipKit",
            dependencies: [
                "CWidth", "CZlib", "Pipelines", "ProgramSupport", "RingQueues",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Examples/PgzipKit",
            swiftSettings: ours),
        .executableTarget(
            name: "pgzip",
            dependencies: ["PgzipKit"],
            path: "Sources/Examples/pgzip",
            swiftSettings: ours),
        .target(
            name: "ExampleSupport",
            dependencies: [
                "Pipelines", "ProgramSupport", "RingQueues",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Examples/ExampleSupport",
            swiftSettings: ours),
        example("notch"),
        example("sorting-office"),
        example("push"),
        .executableTarget(
            name: "MainProgram",
            dependencies: ["Pipelines"],
            path: "Tests/MainProgram",
            swiftSettings: ours),
        .testTarget(
            name: "PipelinesTests",
            dependencies: ["MainProgram", "Pipelines", "RingQueues", "TestSupport", "CTestSupport"],
            swiftSettings: ours),
        .target(name: "CTestSupport", path: "Tests/CTestSupport", cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "TestSupport",
            dependencies: ["CRings", "RingQueues", "MutexQueues", "CTestSupport"],
            path: "Tests/TestSupport",
            swiftSettings: ours),
        .testTarget(
            name: "BenchKitTests",
            dependencies: [
                "BenchKit", "bench", "Pipelines", "RingQueues", "TestSupport", "CTestSupport",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: ours),
        .testTarget(
            name: "PgzipTests",
            dependencies: ["pgzip", "TestSupport"],
            swiftSettings: ours),
        .testTarget(
            name: "ProgramSupportTests",
            dependencies: [
                "ProgramSupport", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: ours),
        .testTarget(
            name: "ExamplesTests",
            dependencies: ["notch", "sorting-office", "push", "TestSupport"],
            swiftSettings: ours),
        .testTarget(
            name: "RingQueuesTests",
            dependencies: ["CRings", "RingQueues", "MutexQueues", "TestSupport", "CTestSupport"],
            swiftSettings: ours),
        .testTarget(
            name: "CompileTests",
            dependencies: ["RingQueues", "MutexQueues", "Pipelines", "TestSupport"],
            exclude: ["Cases"],
            swiftSettings: ours),
        .testTarget(
            name: "StressTests",
            dependencies: ["RingQueues", "MutexQueues", "Pipelines", "TestSupport", "CTestSupport"],
            swiftSettings: ours),
    ],
    swiftLanguageModes: [.v6]
)

// Flags for fuzzers and sanitizers are unsafe flags, and no package can depend on a package that has these.
if Context.environment["RINGQUEUES_SANITIZE"] != nil {
    // The loops of the benchmark, which are not measured here, would take half of the build if they were optimized.
    for target in package.targets where target.name == "BenchKit" {
        target.swiftSettings?.append(.unsafeFlags(["-Onone"]))
    }
}
if Context.environment["RINGQUEUES_FUZZ"] != nil {
    // The parsers are in these modules. Without instrumentation, the fuzzer would not see which inputs lead somewhere new.
    for target in package.targets where ["BenchKit", "BenchCommands", "PgzipKit"].contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer", "-Onone"]))
    }
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "BenchCommands", "BenchKit", "PgzipKit", "ProgramSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Verification/fuzz",
            exclude: ["words.dict"],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
                .unsafeFlags(["-sanitize=fuzzer"]),
            ],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}

// The package manager compiles a module again only when a direct dependency has changed. A Swift module several steps above
// CRings also has inlined code from its headers. So each such module depends on CRingsHeaders, which changes with every
// header. Without this, a build after a change to a header mixes modules with the old and the new layout, and crashes.
var above: Set = ["CRings", "CRingsHeaders"]
while true {
    let targets = package.targets.filter { target in
        !above.contains(target.name)
            && target.dependencies.contains {
                if case .byNameItem(let name, _) = $0 { above.contains(name) } else { false }
            }
    }
    if targets.isEmpty { break }
    above.formUnion(targets.map(\.name))
    for target in targets { target.dependencies.append("CRingsHeaders") }
}
