/// How much consecutive frames differ. Source: "temporal flickering" of VBench; engine reference, section 13.
package enum TemporalFlicker {
    /// The mean absolute byte difference of each pair of consecutive frames.
    package static func perPair(_ clip: ByteClip) -> [Double] {
        let size = clip.frameSize
        return (0..<max(clip.frames - 1, 0)).map { frame in
            let sum = (frame * size..<(frame + 1) * size).reduce(0) { sum, index in
                sum + abs(Int(clip.bytes[index + size]) - Int(clip.bytes[index]))
            }
            return Double(sum) / Double(size)
        }
    }

    /// (255 - mean over the pairs) / 255: 1 for a still clip, also for a clip of one frame.
    package static func score(_ clip: ByteClip) -> Double {
        let pairs = perPair(clip)
        let mean = pairs.isEmpty ? 0 : pairs.reduce(0, +) / Double(pairs.count)
        return (255 - mean) / 255
    }
}
