import Foundation
import Testing
import VideoIO

@Suite("Formats")
struct FormatTests {
    @Test("MP4 and QuickTime have the index before the pictures", arguments: ["clip.mp4", "clip.mov"])
    func indexFirst(name: String) throws {
        let folder = try TemporaryFolder()
        try VideoWriter.write(TestClip.frames(3, width: 64, height: 64), to: folder.file(name))
        let bytes = try Data(contentsOf: URL(filePath: folder.file(name)))
        let index = try #require(bytes.range(of: Data("moov".utf8)))
        let pictures = try #require(bytes.range(of: Data("mdat".utf8)))
        #expect(index.lowerBound < pictures.lowerBound)
    }

    @Test(
        "H.264 is High profile, 4:2:0, tagged BT.709", .enabled(if: Tool.areInstalled),
        arguments: ["clip.mp4", "clip.mov", "clip.mkv"])
    func playable(name: String) throws {
        let folder = try TemporaryFolder()
        let options = VideoWriter.Options(frameRate: FrameRate(24000, over: 1001))
        try VideoWriter.write(TestClip.frames(5, width: 64, height: 48), to: folder.file(name), options: options)
        let fields = try Tool.streamFields(of: folder.file(name))
        let expected = [
            "codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p", "color_range": "tv", "color_space": "bt709",
            "color_transfer": "bt709", "color_primaries": "bt709", "width": "64", "height": "48",
            "avg_frame_rate": "24000/1001",
        ]
        for (key, value) in expected { #expect(fields[key] == value, "\(key)") }
    }

    @Test("WebM is VP9, 4:2:0, tagged BT.709", .enabled(if: Tool.areInstalled))
    func webM() throws {
        let folder = try TemporaryFolder()
        try VideoWriter.write(TestClip.frames(5, width: 63, height: 47), to: folder.file("clip.webm"))
        let fields = try Tool.streamFields(of: folder.file("clip.webm"))
        let expected = [
            "codec_name": "vp9", "pix_fmt": "yuv420p", "color_range": "tv", "color_space": "bt709", "width": "63",
            "height": "47",
        ]
        for (key, value) in expected { #expect(fields[key] == value, "\(key)") }
    }

    @Test(
        "Other codecs can be asked for",
        arguments: [("clip.mkv", VideoCodec.vp8), ("clip.mp4", .vp9), ("clip.mp4", .av1)])
    func otherCodecs(name: String, codec: VideoCodec) throws {
        guard Codecs.installed.encoder(for: codec) != nil else { return }
        let folder = try TemporaryFolder()
        let frames = TestClip.frames(4, width: 128, height: 96)
        try VideoWriter.write(frames, to: folder.file(name), options: .init(codec: codec))
        let reader = try VideoReader(path: folder.file(name))
        #expect(reader.codecName == codec.rawValue)
        let read = try reader.frames()
        try #require(read.count == 4)
        #expect(peakSignalToNoise(read[3], frames[3]) > 28)
    }

    @Test("A GIF loops for ever and keeps its time", .enabled(if: Tool.areInstalled))
    func gif() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip.gif")
        try VideoWriter.write(TestClip.frames(24, width: 48, height: 32), to: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.range(of: Data("NETSCAPE2.0".utf8) + Data([3, 1, 0, 0, 0])) != nil)
        let text = try #require(
            try Tool.ffprobe.run([
                "-v", "error", "-show_entries", "packet=duration_time", "-of", "csv=p=0", path,
            ]))
        let durations = text.split(separator: "\n").compactMap { Double($0) }
        #expect(durations.count == 24)
        #expect(abs(durations.reduce(0, +) - 1) < 0.001)
    }

    @Test("A GIF above 50 frames a second plays at its true speed with fewer frames")
    func fastGIF() throws {
        let folder = try TemporaryFolder()
        let frames = TestClip.frames(50, width: 32, height: 32)
        try VideoWriter.write(frames, to: folder.file("clip.gif"), options: .init(frameRate: 100))
        let reader = try VideoReader(path: folder.file("clip.gif"))
        #expect(try reader.frames().count == 25)
        #expect(abs(reader.frameRate.framesPerSecond - 50) < 1)
    }

    @Test("A GIF of few colours has exactly these, through all code lengths")
    func fewColours() throws {
        let folder = try TemporaryFolder()
        // Noise of four far colours fills the code table several times.
        let colours: [[UInt8]] = [[8, 8, 8], [248, 8, 16], [16, 240, 24], [32, 24, 232]]
        var state: UInt32 = 7
        let frames = (0..<3).map { _ in
            VideoFrame(
                width: 301, height: 203,
                pixels: (0..<301 * 203).flatMap { _ in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    return colours[Int(state >> 30)]
                })
        }
        try VideoWriter.write(frames, to: folder.file("clip.gif"))
        #expect(try VideoReader(path: folder.file("clip.gif")).frames() == frames)
    }
}
