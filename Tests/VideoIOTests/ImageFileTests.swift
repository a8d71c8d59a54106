import Foundation
import Testing
import VideoIO

@Suite("Image file")
struct ImageFileTests {
    @Test("A PNG is exact, at any size", arguments: [(1, 1), (3, 2), (64, 48), (257, 33)])
    func roundTrip(width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        let frame = TestClip.frame(1, width: width, height: height)
        try ImageFile.write(frame, to: folder.file("picture.png"), metadata: .init(title: "title", comment: "comment"))
        #expect(folder.names == ["picture.png"])
        #expect(try ImageFile.read(folder.file("picture.png")) == frame)
    }

    @Test("Pictures can be read smaller")
    func reduced() throws {
        let folder = try TemporaryFolder()
        let frame = TestClip.frame(1, width: 640, height: 320)
        try ImageFile.write(frame, to: folder.file("picture.png"))
        let small = try ImageFile.read(folder.file("picture.png"), maximumSize: (100, 100))
        #expect(small.width == 100 && small.height == 50)
        #expect(small == frame.resized(toWidth: 100, height: 50))
    }

    @Test(
        "Others' formats are read in their true colours", .enabled(if: Tool.areInstalled),
        arguments: ["jpg", "bmp", "webp"])
    func otherFormats(ending: String) throws {
        let folder = try TemporaryFolder()
        let frame = VideoFrame(width: 64, height: 48, red: 210, green: 60, blue: 30)
        try ImageFile.write(frame, to: folder.file("picture.png"))
        let arguments = ["-v", "error", "-i", folder.file("picture.png"), "-q:v", "1", folder.file("other.\(ending)")]
        try #require(try Tool.ffmpeg.run(arguments) != nil)
        let read = try ImageFile.read(folder.file("other.\(ending)"))
        for (mean, expected) in zip(channelMeans(read), [210.0, 60, 30]) { #expect(abs(mean - expected) < 4) }
    }

    @Test("The text chunks have right check sums", .enabled(if: Tool.areInstalled))
    func checkSums() throws {
        let folder = try TemporaryFolder()
        let frame = TestClip.frame(1, width: 20, height: 10)
        try ImageFile.write(frame, to: folder.file("picture.png"), metadata: .init(comment: "狐"))
        let strict = [
            "-v", "error", "-err_detect", "crccheck+explode", "-i", folder.file("picture.png"), "-f", "null", "-",
        ]
        #expect(try Tool.ffmpeg.run(strict) != nil)
    }
}
