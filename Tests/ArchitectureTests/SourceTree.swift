import Foundation

/// The package's own files, found from where this file lies.
enum SourceTree {
    /// The folder of Package.swift.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file of a target, cut into lines.
    struct File: Sendable {
        let target: String
        /// From the package's root, for messages.
        let path: String
        let lines: [String]

        var isSwift: Bool { path.hasSuffix(".swift") }
    }

    static func manifest() throws -> PackageManifest {
        PackageManifest(try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
    }

    /// The folders of `Sources` or `Tests` that hold Swift, C or C++ files: a target each.
    static func targets(in folder: String) throws -> Set<String> { Set(try files(in: folder).map(\.target)) }

    /// The Swift, C and C++ files below `folder`, and the module maps.
    static func files(in folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        var files: [File] = []
        for case let url as URL in walk {
            let parts = url.path.dropFirst(base.path.count + 1).split(separator: "/")
            guard parts.count > 1, ["swift", "c", "h", "cpp", "hpp", "modulemap"].contains(url.pathExtension),
                !parts.contains("Fixtures")
            else { continue }
            let text = try String(contentsOf: url, encoding: .utf8)
            files.append(
                File(
                    target: String(parts[0]), path: folder + "/" + parts.joined(separator: "/"),
                    lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
        }
        return files.sorted { $0.path < $1.path }
    }
}
