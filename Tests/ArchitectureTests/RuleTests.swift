import Testing

/// The rules themselves, on small samples: a rule that finds nothing must be able to find something.
@Suite struct RuleTests {
    private static let manifest = PackageManifest(
        """
        // swift-tools-version: 6.1
        let strict: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]
        let package = Package(
            name: "sample",
            dependencies: [.package(url: "https://example.org/Lib", from: "1.0.0")],
            targets: [
                // A comment, with a comma
                .target(name: "CLow", cSettings: [.unsafeFlags(["-O3", "-g"])]),
                .systemLibrary(name: "CSystem", pkgConfig: "system", providers: [.apt(["a", "b"])]),
                .target(name: "Low", dependencies: ["CLow", "CSystem"], swiftSettings: strict),
                .target(
                    name: "Middle",
                    dependencies: ["Low", "CLow", "High", .product(name: "Lib", package: "Lib")],
                    swiftSettings: strict
                ),
                .executableTarget(name: "High", dependencies: ["Middle", .product(name: "Lib", package: "Lib")]),
                .testTarget(name: "LowTests", dependencies: ["Low"], path: "Tests/LowTests"),
            ],
            swiftLanguageModes: [.v6]
        )
        """)

    private func file(_ target: String, _ text: String) -> SourceTree.File {
        SourceTree.File(
            target: target, path: "Sources/\(target)/File.swift",
            lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    @Test("A manifest is read in its order with both kinds of dependencies")
    func readsManifest() {
        let targets = Self.manifest.targets
        #expect(targets.map(\.name) == ["CLow", "CSystem", "Low", "Middle", "High", "LowTests"])
        #expect(
            targets.map(\.kind) == [.target, .systemLibrary, .target, .target, .executableTarget, .testTarget])
        #expect(targets[0].targets == [] && targets[1].targets == [])
        #expect(targets[2].targets == ["CLow", "CSystem"])
        #expect(targets[3].targets == ["Low", "CLow", "High"] && targets[3].products == ["Lib"])
        #expect(targets[4].targets == ["Middle"] && targets[4].products == ["Lib"])
    }

    @Test(
        "Every form of import is understood",
        arguments: [
            ("import Low", "Low"), ("    internal import CLow", "CLow"), ("package import struct Low.Thing", "Low"),
            ("@preconcurrency public import Low", "Low"), ("import Low // why", "Low"), ("import Low;", "Low"),
            ("// import Low", nil), ("let text = \"import Low\"", nil), ("important()", nil),
            ("@Test(\"Targets import what\")", nil), ("@_spi(Inner) import Low", "Low"),
        ] as [(String, String?)])
    func understandsImports(line: String, module: String?) {
        #expect(ImportRules.importedModule(line) == module)
    }

    @Test("Imports and arrows that break the rules are found")
    func findsArrows() {
        let rules = ImportRules(manifest: Self.manifest)
        let files = [
            file("Low", "import CLow\nimport Foundation\nimport Middle"), file("High", "import Middle\nimport Lib"),
        ]
        #expect(
            rules.unlistedImports(files)
                == ["Sources/Low/File.swift:3 imports Middle, which Package.swift does not give to Low."])
        #expect(
            rules.unusedDependencies(files) == ["Low depends on CSystem in Package.swift but imports it nowhere."])
        #expect(
            rules.backwardArrows == ["Middle depends on High, which does not stand above it in Package.swift."])
        #expect(
            rules.sharedForeignLibraries == [
                "CLow belongs to one target but Low and Middle use it.",
                "Lib belongs to one target but Middle and High use it.",
            ])
    }

    @Test("Forbidden code is found, the same words in text and names are not")
    func findsWords() {
        let bad = ["let x = try! f()", "let y = z as! Int", "fatalError(\"x\")", "// TODO: more", "/* FIXME */"]
        #expect(SourceRules.forbiddenWords([file("Low", bad.joined(separator: "\n"))]).count == bad.count)
        let good = ["print(\"try! as! fatalError( no\")", "// never try! or as!", "let TODOs = 1", "let has = !x"]
        #expect(SourceRules.forbiddenWords([file("Low", good.joined(separator: "\n"))]) == [])

        let forced = ["a!.b", "f()!", "list[0]!", "var view: View!"]
        #expect(SourceRules.forcedUnwraps([file("Low", forced.joined(separator: "\n"))]).count == forced.count)
        let fine = ["a != b", "a != !b", "!a && !b", "print(\"Hello!\")", "a || !b  // stop!"]
        #expect(SourceRules.forcedUnwraps([file("Low", fine.joined(separator: "\n"))]) == [])
    }

    @Test("A claim of safety needs a reason within two lines")
    func findsSafety() {
        let claims = ["final class A: @unchecked Sendable {", "nonisolated(unsafe) let a = b"]
        for claim in claims {
            #expect(SourceRules.unexplainedSafety([file("Low", claim)]).count == 1)
            #expect(SourceRules.unexplainedSafety([file("Low", "// SAFETY: far\n\n\n" + claim)]).count == 1)
            #expect(SourceRules.unexplainedSafety([file("Low", "// SAFETY: near\n\n" + claim)]) == [])
            #expect(SourceRules.unexplainedSafety([file("Low", claim + "\n// SAFETY: inside")]) == [])
            #expect(SourceRules.unexplainedSafety([file("Low", "// like \(claim)")]) == [])
        }
    }

    @Test("Long files and testable imports are found")
    func findsRest() {
        let lines = [String](repeating: "let a = 1", count: SourceRules.mostLines).joined(separator: "\n")
        #expect(SourceRules.tooLong([file("Low", lines)]) == [])
        #expect(SourceRules.tooLong([file("Low", lines + "\nlet b = 2")]).count == 1)
        #expect(SourceRules.testableImports([file("LowTests", "@testable import Low")]).count == 1)
    }
}
