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
        guard Codecs.installed.canWrite(container) else {
            let others = Codecs.installed.report.filter(\.canWrite).map(\.container.ending).joined(separator: ", ")
            throw .codecMissing("This FFmpeg cannot write \(container.name) files; use a name ending in \(others).")
        }
        try checkFolder(file.deletingLastPathComponent())
        if container != .pictures, isFolder(path) {
            throw .cannotWrite("\(shown) is a folder; give a file name.")
        }
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
