package import Foundation
package import Generation
import VideoIO

/// Looks at an output path before hours of work go into it.
package enum OutputTarget {
    /// Checks name, encoder and folder; writes nothing.
    ///
    /// - Throws: ``GenerationError/codecMissing(_:)`` for a kind of file that cannot be made,
    ///   ``GenerationError/cannotWrite(_:)`` for a folder that is missing or cannot be written.
    package static func check(_ file: URL) throws(GenerationError) {
        let path = file.path(percentEncoded: false)
        let shown = TextCleaning.oneLine(path)
        let container: VideoContainer
        do {
            container = try VideoContainer(path: path)
        } catch {
            throw .codecMissing(error.description)
        }
        let codecs = Codecs.installed
        guard codecs.canWrite(container) else {
            let missing = VideoError.codecMissing(
                codec: container.codecs.first?.name ?? container.name, alternatives: codecs.alternatives(to: container))
            throw .codecMissing(missing.description)
        }
        try checkFolder(file.deletingLastPathComponent())
        if container != .pictures, isFolder(path) {
            throw .cannotWrite("\(shown) is a folder; give a file name.")
        }
    }

    /// Another format for a clip that cannot be written as it was to be.
    package struct Choice: Sendable, Hashable {
        /// As the studio's question has it.
        package var key: Character
        package var title: String
        /// Of the file's name, without the dot.
        package var ending: String
    }

    /// What can be written here instead: WebM, AV1 in Matroska, pictures.
    package static var choices: [Choice] {
        let codecs = Codecs.installed
        var choices: [Choice] = []
        if codecs.canWrite(.webm) { choices.append(Choice(key: "v", title: "WebM (VP9)", ending: "webm")) }
        if codecs.codec(for: .matroska) == .av1 { choices.append(Choice(key: "a", title: "AV1 (.mkv)", ending: "mkv")) }
        return choices + [Choice(key: "g", title: "PNG sequence", ending: "png")]
    }

    private static func checkFolder(_ folder: URL) throws(GenerationError) {
        let path = folder.path(percentEncoded: false)
        let shown = TextCleaning.oneLine(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
        guard isFolder(path) else {
            throw .cannotWrite("The folder \(shown) does not exist; make it or choose another.")
        }
        // Trying is the only answer that counts: permissions do not tell of read-only and special file systems.
        let probe = folder.appending(path: ".turbo2k-\(UUID().uuidString)").path(percentEncoded: false)
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw .cannotWrite("The folder \(shown) cannot be written (\(reason)); choose another.")
        }
        close(descriptor)
        unlink(probe)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
