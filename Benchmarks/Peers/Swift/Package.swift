// swift-tools-version: 6.2
import PackageDescription

let ours: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Exactly this one, because `--list` names it.
let asyncAlgorithms: Version = "1.1.4"

let package = Package(
    name: "PeersSwift",
    dependencies: [
        .package(name: "RingQueues", path: "../../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: asyncAlgorithms),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        .target(
            name: "CPeers",
            cSettings: [
                .treatAllWarnings(as: .error),
                .define("PEERS_ASYNC_ALGORITHMS", to: "\"\(asyncAlgorithms)\""),
            ]),
        .executableTarget(
            name: "peers-swift",
            dependencies: [
                "CPeers",
                .product(name: "RingQueues", package: "RingQueues"),
                .product(name: "MutexQueues", package: "RingQueues"),
                .product(name: "Pipelines", package: "RingQueues"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "BasicContainers", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: ours),
    ],
    swiftLanguageModes: [.v6]
)
