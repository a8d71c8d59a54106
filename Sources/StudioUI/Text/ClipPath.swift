import Foundation

/// A path that a terminal pastes when a file is dropped on it.
enum ClipPath {
    private static let extensions: Set<String> = ["mp4", "mov", "mkv", "webm", "gif", "png", "webp"]

    /// The path in a text that is nothing but one absolute path of a video, quoted or not; nil for any other text.
    static func path(in text: String) -> String? {
        var path = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !path.contains("\n"), path.utf8.count < 4096 else { return nil }
        for quote in ["'", "\""] where path.count > 2 && path.hasPrefix(quote) && path.hasSuffix(quote) {
            path = String(path.dropFirst().dropLast())
        }
        if path.hasPrefix("file://") {
            path = String(path.dropFirst("file://".count)).removingPercentEncoding ?? path
        }
        path = path.replacing("\\ ", with: " ")
        guard path.hasPrefix("/") || path.hasPrefix("~/") else { return nil }
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return extensions.contains(ending) ? path : nil
    }
}
