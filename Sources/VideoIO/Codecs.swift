import CLibAV
import Glibc

/// What the installed FFmpeg can write.
package struct Codecs: Sendable, Hashable {
    /// The names of libavcodec's encoders that ``VideoCodec/encoders`` lists.
    package let encoders: Set<String>

    package init(encoders: Set<String>) {
        self.encoders = encoders
    }

    /// Asks libavcodec, once. `TURBO2K_ENCODERS` names the only ones that count, with commas between them.
    package static let installed = Codecs(
        encoders: Set(
            VideoCodec.allCases.flatMap(\.encoders).filter { avcodec_find_encoder_by_name($0) != nil && isWanted($0) }))

    private static func isWanted(_ encoder: String) -> Bool {
        guard let names = getenv("TURBO2K_ENCODERS").map({ String(cString: $0) }), !names.isEmpty else { return true }
        return names.split(separator: ",").contains { $0 == encoder }
    }

    /// For example `libavcodec 59.37.100`.
    package static var libraryVersion: String {
        let version = avcodec_version()
        return "libavcodec \(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }

    /// The encoder that will be tried first for a codec; nil if it cannot be written.
    package func encoder(for codec: VideoCodec) -> String? {
        codec.encoders.first(where: encoders.contains)
    }

    /// Whether files of this format can be written with the container's own codec.
    package func canWrite(_ container: VideoContainer) -> Bool {
        container.codecs.isEmpty || codec(for: container) != nil
    }

    /// What a container's files are written with; nil where that is missing. Matroska is for whatever there is, the others
    /// promise their own codec to every player.
    package func codec(for container: VideoContainer) -> VideoCodec? {
        let choices = container == .matroska ? container.codecs[...] : container.codecs.prefix(1)
        return choices.first { encoder(for: $0) != nil }
    }

    /// The first codec of those a container can hold that can be written, whatever players make of it.
    package func anyCodec(for container: VideoContainer) -> VideoCodec? {
        container.codecs.first { encoder(for: $0) != nil }
    }

    /// One line a format, for `turbo2k doctor`: `.mp4  H.264 by libx264`.
    package var report: [(container: VideoContainer, canWrite: Bool, text: String)] {
        VideoContainer.allCases.map { container in
            guard let own = container.codecs.first else { return (container, true, "built in") }
            guard let codec = codec(for: container), let encoder = encoder(for: codec) else {
                return (container, false, "no encoder for \(own.name)")
            }
            return (container, true, "\(codec.name) by \(encoder)")
        }
    }

    /// Other formats that can be written, for example `.webm (VP9)`.
    package func alternatives(to missing: VideoContainer) -> [String] {
        VideoContainer.allCases.filter { $0 != missing && canWrite($0) }.map { container in
            codec(for: container).map { "\(container.ending) (\($0.name))" } ?? container.ending
        }
    }
}
