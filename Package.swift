// swift-tools-version: 6.1
import PackageDescription

// Targets stand in the order of the arrows: each may use only what stands above it.
// `Tests/ArchitectureTests` compares every `import` line with the dependencies below.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// SwiftPM compiles C at -O0 in debug builds; the kernels would crawl.
let optimized: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno"])]

let package = Package(
    name: "turbo2k",
    products: [.executable(name: "turbo2k", targets: ["turbo2k"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // Arithmetic
        .target(name: "CKernels", cSettings: optimized),
        .systemLibrary(name: "COpenBLAS"),
        .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: strict),
        .target(name: "Tensors", dependencies: ["Kernels"], swiftSettings: strict),
        .systemLibrary(name: "CCrypto"),
        .target(name: "WeightFiles", dependencies: ["Tensors", "CCrypto"], swiftSettings: strict),

        // The model and its surroundings
        .target(
            name: "CSentencePiece",
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("sentencepiece")]
        ),
        .target(name: "Tokenizers", dependencies: ["CSentencePiece"], swiftSettings: strict),
        .target(name: "Diffusion", dependencies: ["Tensors"], swiftSettings: strict),
        .target(
            name: "Models", dependencies: ["Kernels", "Tensors", "WeightFiles"], swiftSettings: strict),
        .target(name: "CLibAV"),
        .target(name: "VideoIO", dependencies: ["CLibAV"], swiftSettings: strict),

        // Jobs
        .target(
            name: "Generation",
            dependencies: ["Kernels", "Tensors", "WeightFiles", "Tokenizers", "Models", "Diffusion", "VideoIO"],
            resources: [.copy("Resources/models")],
            swiftSettings: strict
        ),
        .target(
            name: "Training",
            dependencies: ["Tensors", "Models"],
            swiftSettings: strict
        ),

        // The program
        .target(
            name: "StudioCore",
            dependencies: [
                "Kernels", "Generation", "VideoIO",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CNCurses"),
        .systemLibrary(name: "CChafa", pkgConfig: "chafa", providers: [.apt(["libchafa-dev", "libglib2.0-dev"])]),
        .target(name: "CTerminal"),
        .target(name: "TerminalKit", dependencies: ["CNCurses", "CChafa", "CTerminal"], swiftSettings: strict),
        .target(
            name: "StudioUI",
            dependencies: ["Kernels", "StudioCore", "Generation", "TerminalKit", "VideoIO"],
            swiftSettings: strict
        ),
        .target(
            name: "Benchmarks",
            dependencies: ["Kernels", "Tensors", "WeightFiles", "Models", "Diffusion", "Generation", "TerminalKit"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "turbo2k",
            dependencies: [
                "StudioUI", "StudioCore", "Generation", "VideoIO", "TerminalKit", "Benchmarks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // Tests
        .target(
            name: "TestSupport", dependencies: ["Tensors", "WeightFiles"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Tensors", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "WeightFiles", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WeightFilesTests", dependencies: ["WeightFiles", "Tensors", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TokenizersTests", dependencies: ["Tokenizers", "WeightFiles", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DiffusionTests", dependencies: ["Diffusion", "Tensors", "WeightFiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelsTests",
            dependencies: ["Models", "Kernels", "Diffusion", "Tensors", "WeightFiles", "Tokenizers", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ExecutorTests", dependencies: ["Models", "Kernels", "Tensors", "WeightFiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "Models", "Diffusion", "Tensors", "WeightFiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "VideoIOTests", dependencies: ["VideoIO"], swiftSettings: strict),
        .testTarget(
            name: "GenerationTests",
            dependencies: [
                "Generation", "Models", "Diffusion", "VideoIO", "Kernels", "WeightFiles", "Tensors", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "BenchmarksTests", dependencies: ["Benchmarks", "Kernels", "Models"], swiftSettings: strict),
        .testTarget(
            name: "StudioCoreTests",
            dependencies: [
                "StudioCore", "Generation", "Kernels", "VideoIO", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .testTarget(name: "TerminalKitTests", dependencies: ["TerminalKit", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "StudioUITests",
            dependencies: ["StudioUI", "StudioCore", "Generation", "TerminalKit", "VideoIO"], swiftSettings: strict),
        // These drive the built program.
        .testTarget(name: "CommandLineTests", dependencies: ["turbo2k", "VideoIO"], swiftSettings: strict),
        .testTarget(
            name: "StudioTerminalTests", dependencies: ["turbo2k", "TerminalKit", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
