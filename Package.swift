// swift-tools-version: 6.2
import PackageDescription

let ours: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "RingQueues",
    products: [
        .library(name: "RingQueues", targets: ["RingQueues"]),
        .library(name: "MutexQueues", targets: ["MutexQueues"]),
        .library(name: "Pipelines", targets: ["Pipelines"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0")
    ],
    targets: [
        .systemLibrary(
            name: "CConcurrencyKit",
            providers: [.apt(["libck-dev"]), .brew(["concurrencykit"])]),
        .target(
            name: "CRings",
            dependencies: ["CConcurrencyKit"],
            cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "RingQueues",
            dependencies: ["CRings"],
            swiftSettings: ours),
        .target(
            name: "MutexQueues",
            dependencies: ["RingQueues", .product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: ours),
        .target(
            name: "Pipelines",
            dependencies: ["RingQueues"],
            swiftSettings: ours),
        .testTarget(
            name: "PipelinesTests",
            dependencies: ["Pipelines", "RingQueues"],
            swiftSettings: ours),
        .testTarget(
            name: "StressTests",
            dependencies: ["RingQueues", "MutexQueues", "Pipelines"],
            path: "Tests/Stress",
            swiftSettings: ours),
    ],
    swiftLanguageModes: [.v6]
)
