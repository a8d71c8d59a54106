import Foundation
import Glibc
import Testing
import VideoIO

@Suite("Failures to write")
struct WriterFailureTests {
    /// The sentence a call fails with; nil where it does not fail with a ``VideoError``.
    private func sentence(_ work: () throws -> Void) -> String? {
        do { try work() } catch let error as VideoError { return error.description } catch { return nil }
        return nil
    }

    private func write(_ path: String, frameCount: Int = 2, width: Int = 32, height: Int = 32) throws {
        try VideoWriter.write(TestClip.frames(frameCount, width: width, height: height), to: path)
    }

    /// Frames that no codec makes small.
    private func noise(_ count: Int, width: Int, height: Int) -> [VideoFrame] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            VideoFrame(
                width: width, height: height,
                pixels: (0..<width * height * 3).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1
                    return UInt8(truncatingIfNeeded: state >> 56)
                })
        }
    }

    @Test("An unknown ending is refused", arguments: ["clip", "clip.avi", "folder.mp4/clip", ".mp4x", "clip.mp4 "])
    func unknownEnding(name: String) throws {
        let folder = try TemporaryFolder()
        #expect(throws: VideoError.unknownExtension(path: folder.file(name))) { try write(folder.file(name)) }
        #expect(folder.names.isEmpty)
    }

    @Test(
        "Endings are read in any case",
        arguments: [("a.MP4", VideoContainer.mp4), ("b.b/c.WebM", .webm), ("x.png/", .pictures)])
    func endings(path: String, container: VideoContainer) throws {
        #expect(try VideoContainer(path: path) == container)
    }

    @Test("A missing folder is named", arguments: VideoContainer.allCases)
    func missingFolder(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("none/clip" + container.ending)
        #expect(throws: VideoError.folderMissing(path: path)) { try write(path) }
    }

    @Test("A folder that takes no files is reported in the system's words", arguments: VideoContainer.allCases)
    func unwritableFolder(container: VideoContainer) throws {
        // Root may write everywhere but here.
        let text = sentence { try write("/proc/self/clip" + container.ending) }
        #expect(text?.hasPrefix("\"/proc/self/clip\(container.ending)\" cannot be written: ") == true)
    }

    @Test("A folder of another's is reported", .enabled(if: geteuid() != 0))
    func readOnlyFolder() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o555)
        defer { chmod(folder.path, 0o755) }
        #expect(sentence { try write(folder.file("clip.mp4")) }?.contains("permission denied") == true)
    }

    @Test("A name that is a folder is refused", arguments: VideoContainer.allCases)
    func isFolder(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        try FileManager.default.createDirectory(atPath: path + "/inside", withIntermediateDirectories: true)
        #expect(throws: VideoError.isFolder(path: path)) { try write(path) }
        #expect(folder.names == ["clip" + container.ending])
    }

    @Test(
        "A full disk is reported and the part removed", .enabled(if: SmallDisk.isPossible),
        arguments: VideoContainer.allCases)
    func diskFull(container: VideoContainer) throws {
        let disk = try SmallDisk()
        let path = disk.file("clip" + container.ending)
        var failure: VideoError?
        do { try VideoWriter.write(noise(12, width: 320, height: 240), to: path) } catch let error as VideoError {
            failure = error
        }
        guard case .diskFull(path, let writtenBytes) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(writtenBytes <= 131_072)
        #expect(failure?.description.hasPrefix("Disk full while writing \"\(path)\" (0 MiB written).") == true)
        #expect(disk.names.isEmpty)
    }

    @Test("A picture on a full disk is reported and the part removed", .enabled(if: SmallDisk.isPossible))
    func diskFullOfPicture() throws {
        let disk = try SmallDisk()
        let text = sentence { try ImageFile.write(noise(1, width: 320, height: 240)[0], to: disk.file("picture.png")) }
        #expect(text?.hasPrefix("Disk full while writing") == true)
        #expect(disk.names.isEmpty)
    }

    @Test("A cancelled or abandoned clip leaves nothing", arguments: VideoContainer.allCases, [true, false])
    func cancelled(container: VideoContainer, isExplicit: Bool) throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try VideoWriter(path: folder.file("clip" + container.ending), width: 32, height: 32)
            try writer.append(TestClip.frame(0, width: 32, height: 32))
            #expect(folder.names == ["clip\(container.ending).part"])
            if isExplicit {
                writer.cancel()
                #expect(folder.names.isEmpty)
                #expect(throws: VideoError.self) { try writer.append(TestClip.frame(1, width: 32, height: 32)) }
                #expect(throws: VideoError.self) { try writer.finish() }
            }
        }
        #expect(folder.names.isEmpty)
    }

    @Test("Cancelling the task ends a clip's completion and leaves nothing", arguments: VideoContainer.allCases)
    func cancelledTask(container: VideoContainer) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        let task = Task {
            let writer = try VideoWriter(path: path, width: 32, height: 32)
            for frame in TestClip.frames(5, width: 32, height: 32) { try writer.append(frame) }
            withUnsafeCurrentTask { $0?.cancel() }
            try writer.finish()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(folder.names.isEmpty)
    }

    @Test("A failed clip leaves an older file of its name alone", arguments: VideoContainer.allCases)
    func olderFile(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        try Data("old".utf8).write(to: URL(filePath: path))
        let writer = try VideoWriter(path: path, width: 32, height: 32)
        try writer.append(TestClip.frame(0, width: 32, height: 32))
        #expect(throws: VideoError.self) { try writer.append(TestClip.frame(0, width: 16, height: 16)) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
        #expect(folder.names == ["clip" + container.ending])
        try write(path)
        #expect(try VideoReader(path: path).frames().count == 2)
        #expect(folder.names == ["clip" + container.ending])
    }

    @Test("A part left by a killed program is replaced", arguments: VideoContainer.allCases)
    func leftOver(container: VideoContainer) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("clip" + container.ending)
        if container == .pictures {
            try FileManager.default.createDirectory(atPath: path + ".part", withIntermediateDirectories: false)
            try Data(count: 9).write(to: URL(filePath: path + ".part/0009.png"))
        } else {
            try Data(count: 1_000_000).write(to: URL(filePath: path + ".part"))
        }
        try write(path)
        #expect(folder.names == ["clip" + container.ending])
        #expect(try VideoReader(path: path).frames().count == 2)
    }

    @Test("Two writers do not share a file")
    func busy() throws {
        let folder = try TemporaryFolder()
        let first = try VideoWriter(path: folder.file("clip.mp4"), width: 32, height: 32)
        #expect(throws: VideoError.busy(path: folder.file("clip.mp4"))) { try write(folder.file("clip.mp4")) }
        try first.append(TestClip.frame(0, width: 32, height: 32))
        try first.finish()
        #expect(try VideoReader(path: folder.file("clip.mp4")).frames().count == 1)
    }

    @Test("A clip without frames is refused")
    func noFrames() throws {
        let folder = try TemporaryFolder()
        let writer = try VideoWriter(path: folder.file("clip.mp4"), width: 32, height: 32)
        #expect(sentence { try writer.finish() } == "A clip needs at least one frame.")
        #expect(folder.names.isEmpty)
    }

    @Test("Sizes and qualities out of range are refused", arguments: [(0, 32, 18), (32, 20_000, 18), (32, 32, 52)])
    func badValues(width: Int, height: Int, quality: Int) throws {
        let folder = try TemporaryFolder()
        #expect(throws: VideoError.self) {
            try VideoWriter(
                path: folder.file("clip.mp4"), width: width, height: height, options: .init(quality: quality))
        }
        #expect(folder.names.isEmpty)
    }

    @Test("A codec that is missing is named, with what can be written instead")
    func codecMissing() throws {
        let folder = try TemporaryFolder()
        let codecs = Codecs(encoders: ["libvpx-vp9"])
        let text = sentence {
            _ = try VideoWriter(path: folder.file("clip.mp4"), width: 32, height: 32, codecs: codecs)
        }
        #expect(text == "This FFmpeg cannot write H.264. Use a name ending in .mkv (VP9), .webm (VP9), .gif or .png.")
        #expect(folder.names.isEmpty)
    }

    @Test("A container refuses a codec that it does not hold")
    func wrongCodec() throws {
        let folder = try TemporaryFolder()
        let text = sentence {
            _ = try VideoWriter(path: folder.file("clip.webm"), width: 32, height: 32, options: .init(codec: .h264))
        }
        #expect(text == "WebM files do not hold H.264. Use a name ending in .mkv, or another codec.")
    }

    @Test("Control characters of a name never stand in a message")
    func namesInMessages() {
        let name = "/none/\u{1B}[2Jclip\n\u{202E}.mp4"
        let text = sentence { try write(name) }
        #expect(text == "The folder of \"/none/?[2Jclip??.mp4\" does not exist. Make it first, or choose another.")
    }

    @Test(
        "Names with colons, per cent signs, blanks and other scripts are names",
        arguments: ["a:b.mp4", "100%.mkv", "a b.gif", "狐 🦊.webm", "file:x.mov", "-a.mp4", "http:x.mp4"])
    func oddNames(name: String) throws {
        let folder = try TemporaryFolder()
        try write(folder.file(name))
        #expect(folder.names == [name])
        #expect(try VideoReader(path: folder.file(name)).frames().count == 2)
    }
}
