import Foundation
import Glibc
import Testing
import VideoIO

@Suite("Failures to read")
struct ReaderFailureTests {
    private func sentence(reading path: String) -> String? {
        do { _ = try VideoReader(path: path).frames() } catch { return error.description }
        return nil
    }

    @Test("What is no video is said to be none")
    func noVideo() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip.mp4")
        #expect(sentence(reading: path) == "\"\(path)\" cannot be read: no such file or directory.")
        try Data().write(to: URL(filePath: path))
        #expect(sentence(reading: path) == "\"\(path)\" cannot be read: it is empty.")
        try Data("This is a text and no film.\n".utf8).write(to: URL(filePath: path))
        #expect(sentence(reading: path)?.hasPrefix("\"\(path)\" cannot be read: ") == true)
        #expect(sentence(reading: folder.path) == "\"\(folder.path)\" has no pictures in it.")
    }

    @Test("A pipe is refused instead of waited for", .timeLimit(.minutes(1)))
    func pipe() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder.file("clip.mp4"), 0o600)
        #expect(sentence(reading: folder.file("clip.mp4"))?.hasSuffix("it is not a regular file.") == true)
        #expect(throws: VideoError.self) { try ContainerMetadata(readingFrom: folder.file("clip.mp4")) }
    }

    @Test("A file that names others on a network is not followed", .timeLimit(.minutes(1)))
    func playlist() throws {
        let folder = try TemporaryFolder()
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://192.0.2.1/a.ts\n#EXT-X-ENDLIST\n"
        try Data(list.utf8).write(to: URL(filePath: folder.file("clip.m3u8")))
        #expect(sentence(reading: folder.file("clip.m3u8")) != nil)
    }

    @Test(
        "A clip that was cut off says so, after the frames it has", arguments: VideoContainer.allCases, [0.3, 0.6, 0.9])
    func truncated(container: VideoContainer, part: Double) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        if container == .pictures {
            try ImageFile.write(TestClip.frame(0, width: 160, height: 96), to: path)
        } else {
            try VideoWriter.write(TestClip.frames(25, width: 160, height: 96), to: path)
        }
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.prefix(Int(Double(bytes.count) * part)).write(to: URL(filePath: path))
        let text = try #require(sentence(reading: path))
        #expect(text.contains("is damaged or incomplete") || text.contains("cannot be read"))
    }

    @Test("Damaged bytes never crash the reader", arguments: VideoContainer.allCases)
    func damaged(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        let frames = TestClip.frames(container == .pictures ? 1 : 5, width: 64, height: 48)
        try VideoWriter.write(frames, to: path, options: .init(metadata: .init(title: "title", comment: "comment")))
        let whole = try Data(contentsOf: URL(filePath: path))
        var state: UInt32 = 5
        for _ in 0..<40 {
            var bytes = whole
            for _ in 0..<10 {
                state = state &* 1_664_525 &+ 1_013_904_223
                bytes[Int(state >> 8) % bytes.count] = UInt8(truncatingIfNeeded: state >> 3)
            }
            try bytes.write(to: URL(filePath: path))
            // Some damage goes unseen; what counts is that it ends, with frames of the announced size or an error.
            guard let reader = try? VideoReader(path: path, maximumSize: (256, 256)) else { continue }
            while let frame = try? reader.nextFrame() {
                #expect(frame.width == reader.frameWidth && frame.height == reader.frameHeight)
            }
        }
    }
}
