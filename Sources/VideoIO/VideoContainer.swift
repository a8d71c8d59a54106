/// The file formats that can be written, told by the name's ending.
package enum VideoContainer: String, Sendable, CaseIterable {
    case mp4
    case mov
    case matroska
    case webm
    case gif
    /// Numbered PNG files: `clip-%04d.png` names them, `clip.png` is the folder that holds them.
    case pictures

    /// The endings for messages.
    static let endings = ".mp4, .mov, .mkv, .webm, .gif or .png"

    /// - Throws: ``VideoError/unknownExtension(path:)``.
    package init(path: String) throws(VideoError) {
        var name = path.split(separator: "/", omittingEmptySubsequences: true).last ?? ""
        if let dot = name.lastIndex(of: ".") { name = name[name.index(after: dot)...] } else { name = "" }
        switch name.lowercased() {
        case "mp4", "m4v": self = .mp4
        case "mov": self = .mov
        case "mkv": self = .matroska
        case "webm": self = .webm
        case "gif": self = .gif
        case "png": self = .pictures
        default: throw .unknownExtension(path: path)
        }
        if path.hasSuffix("/"), self != .pictures { throw .isFolder(path: path) }
    }

    /// The ending with its dot.
    package var ending: String {
        switch self {
        case .mp4: ".mp4"
        case .mov: ".mov"
        case .matroska: ".mkv"
        case .webm: ".webm"
        case .gif: ".gif"
        case .pictures: ".png"
        }
    }

    /// For people.
    package var name: String {
        switch self {
        case .mp4: "MP4"
        case .mov: "QuickTime"
        case .matroska: "Matroska"
        case .webm: "WebM"
        case .gif: "GIF"
        case .pictures: "PNG sequence"
        }
    }

    /// What the container can hold, the default first; empty where the format is its own codec.
    package var codecs: [VideoCodec] {
        switch self {
        case .mp4: [.h264, .av1, .vp9]
        case .mov: [.h264]
        case .matroska: [.h264, .av1, .vp9, .vp8]
        case .webm: [.vp9, .av1, .vp8]
        case .gif, .pictures: []
        }
    }

    /// libavformat's name of the muxer; nil where the format is written here.
    var muxerName: String? {
        switch self {
        case .mp4: "mp4"
        case .mov: "mov"
        case .matroska: "matroska"
        case .webm: "webm"
        case .gif, .pictures: nil
        }
    }

    /// The longest title or comment, in bytes of UTF-8. QuickTime's text atoms count in 16 bits.
    package var metadataLimitBytes: Int { self == .mov ? 65_535 : ContainerMetadata.limitBytes }
}
