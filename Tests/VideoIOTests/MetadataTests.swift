import Foundation
import Testing
import VideoIO

@Suite("Metadata")
struct MetadataTests {
    static let recipe = ContainerMetadata(
        title: "A fox – ein Fuchs – 狐",
        comment: #"{"schema":"turbo2k.recipe.v1","prompt":"A \"fox\" = crosses;\n# a ridge 🦊 \\ 雪","seed":41877}"#)

    private func write(
        _ metadata: ContainerMetadata, to path: String, frameCount: Int = 3
    ) throws {
        let frames = TestClip.frames(frameCount, width: 32, height: 24)
        try VideoWriter.write(frames, to: path, options: .init(metadata: metadata))
    }

    @Test("Title and comment come back from every format", arguments: VideoContainer.allCases)
    func roundTrip(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        try write(Self.recipe, to: path)
        for metadata in [try ContainerMetadata(readingFrom: path), try VideoReader(path: path).metadata] {
            #expect(metadata.comment == Self.recipe.comment)
            // GIF has no place for a title.
            #expect(metadata.title == (container == .gif ? nil : Self.recipe.title))
        }
    }

    @Test("Every picture of a sequence has the comment")
    func pictures() throws {
        let folder = try TemporaryFolder()
        try write(Self.recipe, to: folder.file("clip-%d.png"))
        for number in 1...3 {
            #expect(try ContainerMetadata(readingFrom: folder.file("clip-\(number).png")) == Self.recipe)
        }
    }

    @Test(
        "Title and comment survive a stream copy", .enabled(if: Tool.areInstalled),
        arguments: ["mp4", "mov", "mkv", "webm"], ["same", "mp4", "mkv"])
    func streamCopy(ending: String, copyEnding: String) throws {
        let folder = try TemporaryFolder()
        let copyEnding = copyEnding == "same" ? ending : copyEnding
        try write(Self.recipe, to: folder.file("clip.\(ending)"))
        let arguments = ["-v", "error", "-i", folder.file("clip.\(ending)"), "-c", "copy"]
        try #require(try Tool.ffmpeg.run(arguments + [folder.file("copy.\(copyEnding)")]) != nil)
        #expect(try ContainerMetadata(readingFrom: folder.file("copy.\(copyEnding)")) == Self.recipe)
    }

    @Test("A long comment is kept whole", arguments: VideoContainer.allCases)
    func longComment(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        let long = ContainerMetadata(comment: String(repeating: "0123456789abcdé", count: 4000))
        try write(long, to: path)
        #expect(try ContainerMetadata(readingFrom: path).comment == long.comment)
    }

    @Test("A comment that the format cannot hold is refused before anything is written")
    func tooLong() throws {
        let folder = try TemporaryFolder()
        let large = ContainerMetadata(comment: String(repeating: "x", count: 65_536))
        #expect(throws: VideoError.metadataTooLarge(byteCount: 65_536, limit: 65_535)) {
            try write(large, to: folder.file("clip.mov"))
        }
        let huge = ContainerMetadata(comment: String(repeating: "x", count: 1 << 20 + 1))
        #expect(throws: VideoError.metadataTooLarge(byteCount: 1 << 20 + 1, limit: 1 << 20)) {
            try write(huge, to: folder.file("clip.mp4"))
        }
        #expect(folder.names.isEmpty)
    }

    @Test("Control characters are left out when text is written", arguments: VideoContainer.allCases)
    func controlsWritten(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        let escape = ContainerMetadata(
            title: "a\u{1B}]0;x\u{07}b", comment: "1\u{1B}[31m2\r3\n4\t5\u{9B}6\u{7F}7\u{202E}8")
        try write(escape, to: path)
        #expect(try ContainerMetadata(readingFrom: path).comment == "1[31m23\n4\t5678")
        #expect(
            try Data(contentsOf: URL(filePath: path.hasSuffix(".png") ? path + "/0001.png" : path))
                .range(of: Data("\u{1B}[31m".utf8)) == nil)
    }

    @Test("Control characters are left out when others' text is read", .enabled(if: Tool.areInstalled))
    func controlsRead() throws {
        let folder = try TemporaryFolder()
        try write(ContainerMetadata(), to: folder.file("clip.mp4"))
        try #require(
            try Tool.ffmpeg.run([
                "-v", "error", "-i", folder.file("clip.mp4"), "-c", "copy", "-metadata",
                "comment=1\u{1B}[31m2\r3\n4\u{9B}5", "-metadata", "title=\u{07}bell", folder.file("copy.mkv"),
            ]) != nil)
        let metadata = try ContainerMetadata(readingFrom: folder.file("copy.mkv"))
        #expect(metadata == ContainerMetadata(title: "bell", comment: "1[31m23\n45"))
    }

    @Test("Of others' text no more than a mebibyte is read, whole characters only")
    func readingLimit() throws {
        let folder = try TemporaryFolder()
        try ImageFile.write(TestClip.frame(0, width: 8, height: 8), to: folder.file("plain.png"))
        var bytes = try Data(contentsOf: URL(filePath: folder.file("plain.png")))
        let text = "x" + String(repeating: "é", count: 1 << 19 + 20)
        let body = Data("iTXtcomment\0\0\0\0\0".utf8) + Data(text.utf8)
        let length = withUnsafeBytes(of: UInt32(body.count - 4).bigEndian) { Data($0) }
        bytes.insert(contentsOf: length + body + Data(count: 4), at: 33)
        try bytes.write(to: URL(filePath: folder.file("large.png")))
        let comment = try #require(try ContainerMetadata(readingFrom: folder.file("large.png")).comment)
        #expect(comment == "x" + String(repeating: "é", count: (1 << 20 - 1) / 2))
    }

    @Test("Clips without text have none")
    func none() throws {
        let folder = try TemporaryFolder()
        for container in VideoContainer.allCases {
            let path = folder.file("clip" + container.ending)
            try write(ContainerMetadata(), to: path)
            #expect(try ContainerMetadata(readingFrom: path) == ContainerMetadata())
        }
    }
}
