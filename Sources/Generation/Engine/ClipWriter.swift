import Foundation
import Kernels
import VideoIO

/// A video writer whose errors are the engine's.
final class ClipWriter {
    private let writer: VideoWriter
    private let name: String
    private let frameCount: Int
    private var writtenCount = 0

    init(_ output: OutputRequest, size: VideoSize, origin: ClipOrigin, threadCount: Int) throws {
        name = output.file.lastPathComponent.printable
        frameCount = origin.recipe.frames
        writer = try Self.explained {
            try VideoWriter(
                path: output.file.path, width: size.width, height: size.height,
                options: VideoWriter.Options(
                    frameRate: FrameRate(origin.recipe.fps) ?? 24, codec: Self.codec(of: output),
                    quality: output.crf ?? 18,
                    metadata: ContainerMetadata(title: output.title, comment: output.comment?(origin)),
                    threadCount: threadCount)
            )
        }
    }

    /// Nil: the container's own.
    static func codec(of output: OutputRequest) -> VideoCodec? {
        guard output.isOwn, let container = try? VideoContainer(path: output.file.path) else { return nil }
        return Codecs.installed.anyCodec(for: container)
    }

    func append(_ frame: VideoFrame) throws {
        try explained { try writer.append(frame) }
        writtenCount += 1
    }

    /// - Returns: the file's size in bytes.
    /// - Throws: ``GenerationError``, or `CancellationError` once `stop` is set.
    func finish(stop: StopFlag) throws -> Int {
        try explained { try writer.finish { !stop.isStopped }.byteCount }
    }

    func cancel() { writer.cancel() }

    /// A full disk is told with how far the clip was.
    private func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch VideoError.diskFull(_, let bytes) {
            throw GenerationError.cannotWrite(
                "Disk full while writing \(name) (\(progress(bytes))). All steps are safe; free some space, or choose "
                    + "another folder.")
        } catch {
            return try Self.explained { throw error }
        }
    }

    /// `38 of about 55 MiB`; the encoder holds frames back, so a beginning says nothing of the whole.
    private func progress(_ bytes: Int) -> String {
        guard writtenCount * 2 >= frameCount else { return "\(bytes >> 20) MiB written" }
        return "\(bytes >> 20) of about \((bytes * frameCount / max(writtenCount, 1)) >> 20) MiB"
    }

    static func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as VideoError {
            let text = String(describing: error)
            switch error {
            case .codecMissing, .codecNotInContainer, .unknownExtension: throw GenerationError.codecMissing(text)
            case .badValue, .metadataTooLarge: throw GenerationError.badValue(text)
            default: throw GenerationError.cannotWrite(text)
            }
        }
    }
}

/// A job's own folder.
enum JobFolder {
    static func prepare(_ folder: URL, recipe: Recipe) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(recipe).write(to: folder.appending(path: "recipe.json"), options: .atomic)
        } catch {
            throw cannotWrite(folder, error)
        }
    }

    /// Of the job whose folder it is; nil where there is none that can be read.
    static func recipe(in folder: URL) -> Recipe? {
        (try? Data(contentsOf: folder.appending(path: "recipe.json"))).flatMap {
            try? JSONDecoder().decode(Recipe.self, from: $0)
        }
    }

    static func clip(_ folder: URL) -> URL { folder.appending(path: "clip.mp4") }

    /// The stills that lists show.
    static func keepStills(_ frames: [VideoFrame], in folder: URL) throws {
        guard let first = frames.first, let last = frames.last else { return }
        let stills = [first, frames[frames.count / 2], last]
        let size = first.sizeFitting(maximumWidth: 320, maximumHeight: 320)
        try ClipWriter.explained {
            for (frame, name) in zip(stills, DraftFolder.stillNames) {
                try ImageFile.write(
                    frame.resized(toWidth: size.width, height: size.height), to: folder.appending(path: name).path)
            }
        }
    }

    /// Copies a finished clip into the folder; it appears there whole.
    static func keepCopy(of file: URL, in folder: URL) throws {
        let copy = folder.appending(path: "clip.mp4.\(getpid()).part")
        do {
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: file, to: copy)
        } catch {
            try? FileManager.default.removeItem(at: copy)
            throw cannotWrite(folder, error)
        }
        guard rename(copy.path, clip(folder).path) == 0 else {
            throw cannotWrite(folder, CocoaError(.fileWriteUnknown))
        }
    }

    private static func cannotWrite(_ folder: URL, _ error: any Error) -> GenerationError {
        .cannotWrite(
            "The job's folder \(folder.path.printable) cannot be written: \(reason(error)). Check the folder and the free space."
        )
    }

    /// The system's words where there are any.
    static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
        let code = underlying as NSError
        return code.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(CInt(code.code))) : error.localizedDescription
    }
}
