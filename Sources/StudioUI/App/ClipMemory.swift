import VideoIO

/// How much of a clip stays in memory: a long one is kept smaller, or with fewer frames, rather than whole.
enum ClipMemory {
    /// Of the clip in the preview.
    private static let clipBytes = 40 << 20
    /// Of all clips of a contact sheet.
    private static let sheetBytes = 32 << 20
    static let mostFrames = 1000

    /// The longest side, at most `wanted`, with which all frames of a clip fit.
    static func side(_ wanted: Int, width: Int, height: Int, frameCount: Int?) -> Int {
        let longest = Double(max(width, height, 1))
        let scale = min(Double(wanted) / longest, 1)
        let frames = Double(min(max(frameCount ?? mostFrames, 1), mostFrames))
        let bytes = Double(width) * Double(height) * scale * scale * 3 * frames
        let fitting = bytes > Double(clipBytes) ? (Double(clipBytes) / bytes).squareRoot() : 1
        return max(Int(longest * scale * fitting), 16)
    }

    /// Every how manieth frame of a small clip is kept, where `count` clips share a sheet.
    static func stride(frameBytes: Int, frameCount: Int?, fps: Double, rate: Double, count: Int) -> Int {
        // More frames than the sheet shows would never be seen.
        let unseen = max(Int(fps / rate), 1)
        let frames = min(max(frameCount ?? mostFrames, 1), mostFrames)
        let most = max(sheetBytes / max(count, 1) / max(frameBytes, 1), 1)
        return max(unseen, (frames + most - 1) / most)
    }
}
