/// What a target may import: what Package.swift gives it, and the system's modules.
struct ImportRules {
    let manifest: PackageManifest
    /// Modules of the toolchain and the system, open to all.
    static let system: Set = ["Foundation", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin", "Testing"]

    /// The module that a line imports: `package import struct Foundation.URL` gives Foundation.
    static func importedModule(_ line: String) -> String? {
        guard line.contains("import ") else { return nil }
        var words = SourceRules.code(line).split(whereSeparator: \.isWhitespace)
        let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor"]
        while let word = words.first, Self.isAttribute(word) || levels.contains(word) { words.removeFirst() }
        guard words.first == "import" else { return nil }
        words.removeFirst()
        if let word = words.first, kinds.contains(word) { words.removeFirst() }
        return words.first?.split(separator: ".").first.map {
            String($0.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
    }

    /// `@name` or `@name(argument)`.
    private static func isAttribute(_ word: Substring) -> Bool {
        word.hasPrefix("@") && word.contains("(") == word.hasSuffix(")")
    }

    /// Imports that the manifest does not list.
    func unlistedImports(_ files: [SourceTree.File]) -> [String] {
        files.filter(\.isSwift).flatMap { file -> [String] in
            let target = manifest.target(file.target)
            let allowed = Self.system.union(target?.targets ?? []).union(target?.products ?? [])
            return file.lines.enumerated().compactMap { index, line in
                guard let module = Self.importedModule(line), !allowed.contains(module) else { return nil }
                return
                    "\(file.path):\(index + 1) imports \(module), which Package.swift does not give to \(file.target)."
            }
        }
    }

    /// Arrows of the manifest that no file of the target uses.
    func unusedDependencies(_ files: [SourceTree.File]) -> [String] {
        let imported = Dictionary(grouping: files, by: \.target).mapValues { files in
            Set(files.flatMap { $0.lines.compactMap(Self.importedModule) })
        }
        return manifest.targets.flatMap { target -> [String] in
            guard let modules = imported[target.name] else { return [] }
            return (target.targets + target.products).filter { !modules.contains($0) }
                .map { "\(target.name) depends on \($0) in Package.swift but imports it nowhere." }
        }
    }

    /// Targets stand in the order of the arrows, so that none can turn back.
    var backwardArrows: [String] {
        manifest.targets.enumerated().flatMap { index, target in
            target.targets.filter { name in !manifest.targets[..<index].contains { $0.name == name } }
                .map { "\(target.name) depends on \($0), which does not stand above it in Package.swift." }
        }
    }

    /// Whether a module is a foreign library or C: system libraries, products of other packages, targets named C….
    private func isForeign(_ name: String) -> Bool {
        let isPackageTarget = manifest.target(name).map { $0.kind != .systemLibrary } ?? false
        let letters = Array(name.prefix(2))
        return !isPackageTarget || letters.count == 2 && letters[0] == "C" && letters[1].isUppercase
    }

    /// Foreign libraries that more than one target outside the tests uses.
    var sharedForeignLibraries: [String] {
        var owners: [String: [String]] = [:]
        for target in manifest.targets where target.kind != .testTarget {
            for name in target.targets + target.products where isForeign(name) {
                owners[name, default: []].append(target.name)
            }
        }
        return owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
            .map { "\($0.key) belongs to one target but \($0.value.joined(separator: " and ")) use it." }
    }
}
