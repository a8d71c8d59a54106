import Testing

/// Lists violations at the caller's line, one sentence each.
private func expectNone(_ violations: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    for violation in violations { Issue.record("\(violation)", sourceLocation: sourceLocation) }
}

@Suite struct ArchitectureTests {
    private let rules: ImportRules
    private let sources: [SourceTree.File]
    private let tests: [SourceTree.File]

    init() throws {
        rules = ImportRules(manifest: try SourceTree.manifest())
        sources = try SourceTree.files(in: "Sources")
        tests = try SourceTree.files(in: "Tests")
        // Without these a wrong path would let everything pass.
        try #require(rules.manifest.target("Kernels")?.targets.contains("CKernels") == true)
        try #require(rules.manifest.target("StudioCore")?.products.contains("GRDB") == true)
        try #require(sources.contains { $0.path == "Sources/Kernels/Parallel.swift" })
    }

    @Test("Every folder of Sources and Tests is a target, and every target a folder")
    func folders() throws {
        let names = Set(rules.manifest.targets.map(\.name))
        let folders = Set((sources + tests).map(\.target))
        #expect(names.subtracting(folders).sorted() == [], "targets without files")
        #expect(folders.subtracting(names).sorted() == [], "files without a target")
    }

    @Test("Targets import what Package.swift gives them and no more")
    func imports() {
        expectNone(rules.unlistedImports(sources + tests))
    }

    @Test("Every arrow in Package.swift is used by its target")
    func unusedArrows() {
        expectNone(rules.unusedDependencies(sources))
    }

    @Test("Arrows never turn back")
    func direction() {
        expectNone(rules.backwardArrows)
    }

    @Test("One target owns each foreign library")
    func owners() {
        expectNone(rules.sharedForeignLibraries)
    }

    @Test("The program sees no tensors, the engine no program")
    func halves() {
        // Kernels is left out: `Precision`, which recipes and presets name, lives there.
        let engine = ["Tensors", "WeightFiles", "Tokenizers", "Diffusion", "Models"]
        let program = ["StudioCore", "TerminalKit", "StudioUI", "turbo2k"]
        for name in program {
            let seen = rules.manifest.target(name)?.targets ?? []
            #expect(seen.filter(engine.contains) == [], "\(name) sees the engine's inside")
        }
        for name in engine + ["Kernels", "VideoIO", "Generation", "Training"] {
            let seen = rules.manifest.target(name)?.targets ?? []
            #expect(seen.filter((program + ["Benchmarks"]).contains) == [], "\(name) sees the program")
        }
    }

    @Test("No file is longer than 600 lines")
    func lengths() {
        expectNone(SourceRules.tooLong(sources + tests))
    }

    @Test("No forced casts, tries or unwraps, no fatal errors, no work left undone")
    func forbiddenWords() {
        expectNone(SourceRules.forbiddenWords(sources))
        expectNone(SourceRules.forcedUnwraps(sources))
    }

    @Test("Every claim of safety to the compiler has its reason")
    func safety() {
        expectNone(SourceRules.unexplainedSafety(sources))
    }

    @Test("Tests use what the package offers")
    func testable() {
        expectNone(SourceRules.testableImports(tests))
    }
}
