import Testing
import VideoIO

/// Clips of sharp coloured shapes: 4:2:0 halves the resolution of colour, which alone costs them all but 35 dB.
@Suite("Round trip")
struct RoundTripTests {
    @Test(
        "Frames written come back with their count, size, rate and colours",
        arguments: [
            ("clip.mp4", 34.0), ("clip.mov", 34.0), ("clip.mkv", 34.0), ("clip.webm", 33.0), ("clip.gif", 34.0),
        ])
    func roundTrip(name: String, leastRatio: Double) throws {
        let folder = try TemporaryFolder()
        let frames = TestClip.frames(25, width: 160, height: 96)
        let summary = try VideoWriter.write(frames, to: folder.file(name))
        #expect(summary.frameCount == 25)
        #expect(folder.names == [name])

        let reader = try VideoReader(path: folder.file(name))
        #expect(reader.width == 160 && reader.height == 96)
        #expect(abs(reader.frameRate.framesPerSecond - 24) < 0.05)
        let read = try reader.frames()
        try #require(read.count == 25)
        for (written, read) in zip(frames, read) {
            #expect(peakSignalToNoise(written, read) > leastRatio)
            for (mean, expected) in zip(channelMeans(read), channelMeans(written)) { #expect(abs(mean - expected) < 2) }
        }
    }

    @Test("A PNG sequence is exact", arguments: ["clip.png", "clip.png/", "clip-%03d.png"])
    func pictureSequence(name: String) throws {
        let folder = try TemporaryFolder()
        let frames = TestClip.frames(5, width: 33, height: 17)
        try VideoWriter.write(frames, to: folder.file(name), options: .init(frameRate: 30))
        let pattern = (1...5).map { "clip-00\($0).png" }
        #expect(folder.names == (name.contains("%") ? pattern : ["clip.png"]))
        let reader = try VideoReader(path: folder.file(name))
        #expect(reader.frameRate == 30)
        #expect(reader.frameCount == 5)
        #expect(try reader.frames() == frames)
    }

    @Test(
        "Any size and a single frame can be written", arguments: VideoContainer.allCases, [(1, 1), (17, 31), (64, 48)])
    func sizes(container: VideoContainer, size: (width: Int, height: Int)) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        let frame = TestClip.frame(0, width: size.width, height: size.height)
        try VideoWriter.write([frame], to: path)
        let read = try VideoReader(path: path).frames()
        try #require(read.count == 1)
        // 4:2:0 H.264 has even sides only.
        let isPadded = container.codecs.first == .h264
        #expect(read[0].width == (isPadded ? size.width + size.width % 2 : size.width))
        #expect(read[0].height == (isPadded ? size.height + size.height % 2 : size.height))
    }

    @Test(
        "Frame rates are exact fractions",
        arguments: [FrameRate(24), FrameRate(24000, over: 1001), FrameRate(30), FrameRate(25, over: 2)],
        ["clip.mp4", "clip.webm"])
    func rates(rate: FrameRate, name: String) throws {
        let folder = try TemporaryFolder()
        let frames = TestClip.frames(12, width: 32, height: 32)
        try VideoWriter.write(frames, to: folder.file(name), options: .init(frameRate: rate))
        let reader = try VideoReader(path: folder.file(name))
        #expect(abs(reader.frameRate.framesPerSecond / rate.framesPerSecond - 1) < 1e-3)
        if name == "clip.mp4" { #expect(reader.frameRate == rate) }
        #expect(try reader.frames().count == 12)
        let duration = try #require(reader.duration)
        #expect(abs(duration / .seconds(1) - 12 / rate.framesPerSecond) < 0.05)
    }

    @Test("Frames can be read smaller, from the start again, and in part")
    func scaledReading() throws {
        let folder = try TemporaryFolder()
        try VideoWriter.write(TestClip.frames(9, width: 320, height: 192), to: folder.file("clip.mp4"))
        let reader = try VideoReader(path: folder.file("clip.mp4"), maximumSize: (80, 80))
        #expect(reader.frameWidth == 80 && reader.frameHeight == 48)
        let first = try reader.frames(limit: 3)
        #expect(first.count == 3)
        #expect(try reader.frames().count == 6)
        #expect(try reader.nextFrame() == nil)
        try reader.rewind()
        #expect(try reader.frames(limit: 3) == first)
    }

    @Test("Flat colours come back without tint or shift", arguments: ["clip.mp4", "clip.mkv", "clip.webm", "clip.gif"])
    func flatColours(name: String) throws {
        let folder = try TemporaryFolder()
        let colours: [(UInt8, UInt8, UInt8)] = [
            (0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 40), (40, 190, 60), (30, 60, 210), (235, 180, 120),
        ]
        // One clip a colour: encoders hide errors of one frame in the next.
        for (red, green, blue) in colours {
            let frame = VideoFrame(width: 64, height: 48, red: red, green: green, blue: blue)
            try VideoWriter.write([frame, frame], to: folder.file(name))
            let read = try #require(try VideoReader(path: folder.file(name)).nextFrame())
            for (mean, expected) in zip(channelMeans(read), [red, green, blue]) {
                #expect(abs(mean - Double(expected)) <= 2)
            }
        }
    }
}
