// swift-tools-version:6.3
// 6.2 or later is what lets packages that depend on this one use its unsafeFlags.
import PackageDescription

/// Kernels must be fast in debug builds too: at -O0 they are fifty times slower and the tests would crawl.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=off"])]

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Modules on the path of a token are optimised in debug builds; assertions and `@testable` stay.
let hot: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .library(name: "MartletEngine", targets: ["MartletEngine", "MartletModelIR", "MartletCPUBackend"]),
        .library(
            name: "MartletModelConformance",
            targets: [
                "MartletModelConformance", "MartletModels", "MartletWeights", "MartletModelIR", "MartletJSON",
            ]),
        .library(name: "MartletServer", targets: ["MartletServer"]),
        .executable(name: "martlet", targets: ["MartletCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    ],
    targets: [
        // Level 0
        .target(name: "CMartletKernels", cSettings: kernelSettings),
        .target(name: "MartletJSON", swiftSettings: hot),
        .target(name: "MartletAudio", swiftSettings: hot),

        // Level 1
        .target(name: "MartletModelIR", dependencies: ["MartletJSON"], swiftSettings: hot),
        .target(name: "MartletTokenizers", dependencies: ["MartletJSON"], swiftSettings: hot),
        .target(name: "MartletChat", dependencies: ["MartletJSON"], swiftSettings: hot),
        .target(name: "MartletGrammar", dependencies: ["MartletJSON"], swiftSettings: hot),
        .target(name: "MartletHub", dependencies: ["MartletJSON"], swiftSettings: strict),

        // Level 2
        .target(name: "MartletWeights", dependencies: ["MartletModelIR", "MartletJSON"], swiftSettings: hot),
        .target(name: "MartletModels", dependencies: ["MartletModelIR", "MartletJSON"], swiftSettings: strict),
        .target(name: "MartletEngine", dependencies: ["MartletModelIR", "MartletGrammar"], swiftSettings: hot),
        .target(
            name: "MartletCPUBackend", dependencies: ["MartletModelIR", "CMartletKernels"], swiftSettings: hot),

        // Level 3
        .target(name: "CMartletDemoModel", exclude: ["demo.gguf"], cSettings: [.unsafeFlags(["-std=c23"])]),
        .target(
            name: "Martlet",
            dependencies: [
                "MartletEngine", "MartletModels", "MartletWeights", "MartletCPUBackend", "MartletTokenizers",
                "MartletChat", "MartletGrammar", "MartletHub", "MartletAudio", "MartletModelIR", "MartletJSON",
                "CMartletDemoModel",
            ], swiftSettings: strict),

        .target(
            name: "MartletModelConformance", dependencies: ["MartletModels", "MartletModelIR", "MartletJSON"],
            swiftSettings: strict),

        // Level 4
        .target(
            name: "MartletServer",
            dependencies: [
                "Martlet", "MartletEngine", "MartletModelIR", "MartletTokenizers", "MartletChat", "MartletGrammar",
                "MartletAudio", "MartletJSON",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),

        // Level 5
        .executableTarget(
            name: "MartletCLI",
            dependencies: [
                "Martlet", "MartletServer", "MartletEngine", "MartletChat", "MartletGrammar", "MartletTokenizers",
                "MartletWeights", "MartletCPUBackend", "MartletAudio", "MartletModelIR", "MartletJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),

        // Tests
        .target(name: "CMartletTestSupport", path: "Tests/Support"),
        .executableTarget(
            name: "martlet-replay",
            dependencies: [
                "MartletServer", "Martlet", "MartletEngine", "MartletChat", "MartletGrammar", "MartletJSON",
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/ReplayServer", swiftSettings: strict),
        .testTarget(name: "MartletJSONTests", dependencies: ["MartletJSON"], swiftSettings: strict),
        .testTarget(name: "MartletAudioTests", dependencies: ["MartletAudio"], swiftSettings: hot),
        .testTarget(name: "CMartletKernelsTests", dependencies: ["CMartletKernels"], swiftSettings: hot),
        .testTarget(
            name: "MartletModelIRTests", dependencies: ["MartletModelIR", "MartletJSON"], swiftSettings: strict),
        .testTarget(
            name: "MartletTokenizersTests", dependencies: ["MartletTokenizers", "MartletJSON"], swiftSettings: strict),
        .testTarget(name: "MartletChatTests", dependencies: ["MartletChat", "MartletJSON"], swiftSettings: strict),
        .testTarget(name: "MartletGrammarTests", dependencies: ["MartletGrammar", "MartletJSON"], swiftSettings: hot),
        .testTarget(name: "MartletHubTests", dependencies: ["MartletHub", "MartletJSON"], swiftSettings: strict),
        .testTarget(
            name: "MartletWeightsTests", dependencies: ["MartletWeights", "MartletModelIR", "MartletJSON"],
            swiftSettings: strict),
        .testTarget(
            name: "MartletModelsTests",
            dependencies: [
                "MartletModels", "MartletModelConformance", "MartletWeights", "MartletCPUBackend", "MartletModelIR",
                "MartletJSON",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletEngineTests",
            dependencies: ["MartletEngine", "MartletGrammar", "MartletModelIR", "MartletJSON", "CMartletTestSupport"],
            swiftSettings: hot),
        .testTarget(
            name: "MartletCPUBackendTests",
            dependencies: ["MartletCPUBackend", "MartletModelIR", "CMartletKernels", "CMartletTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "Martlet", "MartletEngine", "MartletGrammar", "MartletTokenizers", "MartletChat", "MartletWeights",
                "MartletModelIR", "MartletJSON",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletServerTests",
            dependencies: [
                "MartletServer", "Martlet", "MartletEngine", "MartletChat", "MartletGrammar", "MartletModelIR",
                "MartletAudio", "MartletJSON",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .testTarget(
            name: "MartletCLITests",
            dependencies: [
                "MartletCLI", "Martlet", "MartletServer", "MartletEngine", "MartletGrammar", "MartletTokenizers",
                "MartletChat", "MartletModelIR", "MartletJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
