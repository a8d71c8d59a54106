package import Foundation
package import Generation

/// Looks at an output path before hours of work go into it.
package enum OutputTarget {
    /// - Throws: ``GenerationError/codecMissing(_:)`` for an unknown extension, ``GenerationError/cannotWrite(_:)``
    ///   for a folder that is missing or cannot be written.
    package static func check(_ file: URL) throws(GenerationError) {
        let path = file.path(percentEncoded: false)
        let shown = TextCleaning.oneLine(path)
        guard OutputFormat(file) != nil else {
            let names = OutputFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw .codecMissing("\"\(shown)\" does not end in a known kind of file; use one of \(names).")
        }
        let folder = file.deletingLastPathComponent().path(percentEncoded: false)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .cannotWrite("The folder \(TextCleaning.oneLine(folder)) does not exist; make it or choose another.")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw .cannotWrite("The folder \(TextCleaning.oneLine(folder)) cannot be written; choose another with -o.")
        }
        if OutputFormat(file) != .png, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            throw .cannotWrite("\(shown) is a folder; give a file name with -o.")
        }
    }
}

extension OutputFormat {
    /// The format an extension asks for; a `%d` pattern is a picture sequence too.
    package init?(_ file: URL) {
        guard let format = OutputFormat(rawValue: file.pathExtension.lowercased()) else { return nil }
        self = format
    }
}
