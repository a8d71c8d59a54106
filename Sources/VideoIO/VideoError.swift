/// Why a video or picture could not be written or read. `description` is one sentence a user can act on.
package enum VideoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name's ending says no known format.
    case unknownExtension(path: String)
    /// This FFmpeg has no encoder for `codec`, a name for people; `alternatives` can be written, for example `.webm (VP9)`.
    case codecMissing(codec: String, alternatives: [String])
    /// The container cannot hold the codec.
    case codecNotInContainer(codec: String, container: String)
    /// A size, rate or quality that cannot be written, or a frame of another size than the first.
    case badValue(String)
    /// The metadata's comment or title exceeds what the container holds.
    case metadataTooLarge(byteCount: Int, limit: Int)
    /// The folder to write to does not exist or is not a folder.
    case folderMissing(path: String)
    /// The name to write to is a folder.
    case isFolder(path: String)
    /// Another writer is at work on the same file.
    case busy(path: String)
    /// No space is left, after `writtenBytes`.
    case diskFull(path: String, writtenBytes: Int)
    /// The system or the library refuses to write; `reason` is its own text.
    case cannotWrite(path: String, reason: String)
    /// The file cannot be opened or is nothing that can be decoded; `reason` is the library's own text.
    case cannotRead(path: String, reason: String)
    /// The file has no pictures in it.
    case noVideo(path: String)
    /// The file ends early or is damaged after `frameCount` frames.
    case damaged(path: String, frameCount: Int, reason: String)

    /// The same failure to write, of a file that stands for several.
    func renamed(_ path: String, writtenBytes: Int) -> VideoError {
        switch self {
        case .diskFull(_, let bytes): .diskFull(path: path, writtenBytes: writtenBytes + bytes)
        case .cannotWrite(_, let reason): .cannotWrite(path: path, reason: reason)
        default: self
        }
    }

    package var description: String {
        switch self {
        case .unknownExtension(let path):
            "The name \(quoted(path)) has no ending that says a video format. Use one of \(VideoContainer.endings)."
        case .codecMissing(let codec, let alternatives) where alternatives.isEmpty:
            "This FFmpeg cannot write \(codec). Install the Debian packages libavcodec-dev and libavcodec-extra."
        case .codecMissing(let codec, let alternatives):
            "This FFmpeg cannot write \(codec). Use a name ending in \(listed(alternatives))."
        case .codecNotInContainer(let codec, let container):
            "\(container) files do not hold \(codec). Use a name ending in .mkv, or another codec."
        case .badValue(let text):
            text
        case .metadataTooLarge(let byteCount, let limit):
            "The text to store in the file has \(byteCount) bytes, \(limit) are allowed. Shorten the prompt."
        case .folderMissing(let path):
            "The folder of \(quoted(path)) does not exist. Make it first, or choose another."
        case .isFolder(let path):
            "\(quoted(path)) is a folder. Choose another name, or remove the folder."
        case .busy(let path):
            "Another program is writing \(quoted(path)). Wait for it, or choose another name."
        case .diskFull(let path, let writtenBytes):
            "Disk full while writing \(quoted(path)) (\(writtenBytes >> 20) MiB written). Free some space, or choose another folder."
        case .cannotWrite(let path, let reason):
            "\(quoted(path)) cannot be written: \(reason)."
        case .cannotRead(let path, let reason):
            "\(quoted(path)) cannot be read: \(reason)."
        case .noVideo(let path):
            "\(quoted(path)) has no pictures in it."
        case .damaged(let path, let frameCount, let reason):
            "\(quoted(path)) is damaged or incomplete after \(frameCount) frames: \(reason)."
        }
    }
}

/// A path for a message: control characters shown as `?`, so that none reaches a terminal.
private func quoted(_ path: String) -> String {
    let visible = String(String.UnicodeScalarView(path.unicodeScalars.map { CleanText.isControl($0) ? "?" : $0 }))
    return "\"\(visible)\""
}

/// `a, b or c`.
private func listed(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
}
