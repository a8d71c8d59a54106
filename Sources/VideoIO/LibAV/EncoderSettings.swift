import CLibAV

/// How each encoder is asked for the same picture quality.
struct EncoderSettings {
    /// Private options of the encoder, by name.
    let options: [(name: String, value: String)]
    /// Bits a second; 0 leaves the rate to the quality option.
    var bitRate: Int64 = 0

    /// Settings for a quality given as x264's rate factor, 0...51.
    init(encoder: String, quality: Int, width: Int, height: Int, frameRate: FrameRate) {
        // libvpx and the AV1 encoders count 0...63 for the same span.
        let wideQuality = String(min(63, (quality * 63 + 25) / 51 + 2))
        let generousBitRate = Int64(Double(width * height) * frameRate.framesPerSecond * 0.25) + 100_000
        switch encoder {
        case "libx264":
            // "fast" makes files as small as "medium" of the same quality in a third less time.
            // Factor 0 would be lossless, which the High profile and most players do not have.
            options = [("preset", "fast"), ("profile", "high"), ("crf", String(max(1, quality)))]
        case "libopenh264":
            options = [("profile", "high"), ("allow_skip_frames", "0")]
            bitRate = generousBitRate
        case "libvpx-vp9":
            options = [
                ("deadline", "good"), ("cpu-used", "4"), ("row-mt", "1"), ("crf", wideQuality),
                ("tile-columns", String(Self.tileColumnsLog2(width: width))),
            ]
        case "libvpx":
            // VP8's quality mode wants a rate that it may not exceed.
            options = [("deadline", "good"), ("cpu-used", "4"), ("crf", wideQuality)]
            bitRate = generousBitRate
        case "libsvtav1":
            options = [("preset", "8"), ("crf", wideQuality)]
        case "libaom-av1":
            options = [("cpu-used", "6"), ("row-mt", "1"), ("crf", wideQuality)]
        default:
            options = []
            bitRate = generousBitRate
        }
    }

    /// Tiles at least 512 pixels wide, four columns at most.
    private static func tileColumnsLog2(width: Int) -> Int { width >= 2048 ? 2 : width >= 1024 ? 1 : 0 }
}
