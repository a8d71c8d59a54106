package import Foundation

/// Reads and replaces small text files.
package enum TextFile {
    /// Settings, presets and themes are typed by people; anything larger is a mistake.
    static let byteLimit = 1 << 20

    /// Reads UTF-8 of at most ``byteLimit``; `shown` is the path in messages.
    static func read(_ url: URL, shown: String) throws(StudioError) -> String {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw .badFile(FileProblem(file: shown, text: "The file cannot be read."))
        }
        guard data.count <= byteLimit else {
            throw .badFile(FileProblem(file: shown, text: "The file is larger than 1 MiB."))
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .badFile(FileProblem(file: shown, text: "The file is not UTF-8 text."))
        }
        return text
    }

    /// Reads one of the files in a folder, by the text, the path in messages, and the name it has where it gives none.
    /// What is wrong in it is added to `problems`; nil: it cannot be used at all.
    static func parsed<Value>(
        _ file: URL, kind: String, _ problems: inout [FileProblem],
        by parse: (String, String, String) throws -> (Value, [FileProblem])
    ) -> Value? {
        let shown = file.deletingLastPathComponent().lastPathComponent + "/" + file.lastPathComponent
        do {
            let fallback = file.deletingPathExtension().lastPathComponent
            let (value, found) = try parse(try read(file, shown: shown), shown, fallback)
            problems += found
            return value
        } catch {
            if case StudioError.badFile(var problem) = error {
                problem.text += " This \(kind) is skipped."
                problems.append(problem)
            }
            return nil
        }
    }

    /// Writes beside the target and renames, so that a full disk never leaves half a file under the name.
    package static func write(_ text: String, to url: URL) throws(StudioError) {
        do {
            let folder = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url, options: .atomic)
        } catch {
            let path = url.path(percentEncoded: false)
            throw .cannotWrite("\(path) cannot be written; check the folder's permissions and the free space.")
        }
    }
}
