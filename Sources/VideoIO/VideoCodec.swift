/// The video codecs that can be written into a container.
package enum VideoCodec: String, Sendable, CaseIterable {
    case h264
    case vp9
    case vp8
    case av1

    /// For people.
    package var name: String {
        switch self {
        case .h264: "H.264"
        case .vp9: "VP9"
        case .vp8: "VP8"
        case .av1: "AV1"
        }
    }

    /// libavcodec's software encoders, best first. Hardware encoders are left out: most are listed where no such
    /// hardware is.
    package var encoders: [String] {
        switch self {
        case .h264: ["libx264", "libopenh264"]
        case .vp9: ["libvpx-vp9"]
        case .vp8: ["libvpx"]
        case .av1: ["libsvtav1", "libaom-av1"]
        }
    }
}
