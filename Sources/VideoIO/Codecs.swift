import CLibAV

/// What the installed FFmpeg can write.
package struct Codecs: Sendable, Hashable {
    /// The names of libavcodec's encoders that ``VideoCodec/encoders`` lists.
    package let encoders: Set<String>

    package init(encoders: Set<String>) {
        self.encoders = encoders
    }

    /// Asks libavcodec, once.
    package static let installed = Codecs(
        encoders: Set(
            VideoCodec.allCases.flatMap(\.encoders).filter { avcodec_find_encoder_by_name($0) != nil }))

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
        container.codecs.first.map { encoder(for: $0) != nil } ?? true
    }

    /// One line a format, for `turbo2k doctor`: `.mp4  H.264 by libx264`.
    package var report: [(container: VideoContainer, canWrite: Bool, text: String)] {
        VideoContainer.allCases.map { container in
            guard let codec = container.codecs.first else { return (container, true, "built in") }
            guard let encoder = encoder(for: codec) else { return (container, false, "no encoder for \(codec.name)") }
            return (container, true, "\(codec.name) by \(encoder)")
        }
    }

    /// Other formats that can be written, for example `.webm (VP9)`.
    func alternatives(to missing: VideoContainer) -> [String] {
        VideoContainer.allCases.filter { $0 != missing && canWrite($0) }.map { container in
            container.codecs.first.map { "\(container.ending) (\($0.name))" } ?? container.ending
        }
    }
}
