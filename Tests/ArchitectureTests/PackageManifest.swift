import Foundation

/// The targets of a Package.swift and what they depend on, read from its text: asking SwiftPM takes seconds and its cache.
struct PackageManifest {
    struct Target: Equatable {
        enum Kind: String {
            case systemLibrary, target, executableTarget, testTarget
        }

        let kind: Kind
        let name: String
        /// Targets of this package.
        var targets: [String] = []
        /// Libraries of other packages, by the name that is imported.
        var products: [String] = []
    }

    /// In the order of the manifest.
    private(set) var targets: [Target] = []

    init(_ text: String) {
        let code = Self.withoutComments(text)
        guard let package = code.range(of: "Package("),
            let list = Self.argument("targets", of: String(code[code.index(before: package.upperBound)...]))
        else { return }
        targets = Self.elements(of: list).compactMap(Self.target)
    }

    func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// Reads `.target(name: "A", dependencies: ["B", .product(name: "C", package: "D")])`.
    private static func target(_ entry: String) -> Target? {
        guard let (function, call) = split(entry), let kind = Target.Kind(rawValue: function),
            let name = argument("name", of: call).flatMap(unquoted)
        else { return nil }
        var target = Target(kind: kind, name: name)
        for dependency in argument("dependencies", of: call).map(elements) ?? [] {
            if let plain = unquoted(dependency) {
                target.targets.append(plain)
            } else if let (_, call) = split(dependency), let product = argument("name", of: call).flatMap(unquoted) {
                target.products.append(product)
            }
        }
        return target
    }

    /// `.name(...)` into `name` and `(...)`.
    private static func split(_ entry: String) -> (String, String)? {
        guard entry.hasPrefix("."), let open = entry.firstIndex(of: "(") else { return nil }
        return (String(entry[entry.index(after: entry.startIndex)..<open]), String(entry[open...]))
    }

    /// The value of `label: value` in a call's `(...)`.
    private static func argument(_ label: String, of call: String) -> String? {
        elements(of: call).first { $0.hasPrefix(label + ":") }
            .map { $0.dropFirst(label.count + 1).trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    /// What the commas separate between the bracket that `text` begins with and the one that closes it.
    private static func elements(of text: String) -> [String] {
        var (depth, isQuoted) = (0, false)
        var (current, result) = ("", [String]())
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted && ")]}".contains(character) { depth -= 1 }
            if depth == 0 && !result.isEmpty || depth == 0 && !current.isEmpty { break }
            if !isQuoted && depth == 1 && character == "," {
                result.append(current)
                current = ""
            } else if depth > 0 {
                current.append(character)
            }
            if !isQuoted && "([{".contains(character) { depth += 1 }
        }
        return (result + [current]).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    }

    private static func unquoted(_ text: String) -> String? {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : nil
    }

    private static func withoutComments(_ text: String) -> String {
        text.split(separator: "\n").map { line in
            // An address holds two slashes as well.
            guard let comment = line.range(of: "//"), !line[..<comment.lowerBound].hasSuffix(":") else { return line }
            return line[..<comment.lowerBound]
        }.joined(separator: "\n")
    }
}
