import Foundation
import VideoIO

/// A video writer whose errors are the engine's.
final class ClipWriter {
    private let writer: VideoWriter

    init(_ output: OutputRequest, size: VideoSize, fps: Double, threadCount: Int) throws {
        writer = try Self.explained {
            try VideoWriter(
                path: output.file.path, width: size.width, height: size.height,
                options: VideoWriter.Options(
                    frameRate: FrameRate(fps) ?? 24, quality: output.crf ?? 18,
                    metadata: ContainerMetadata(title: output.title, comment: output.comment), threadCount: threadCount)
            )
        }
    }

    func append(_ frame: VideoFrame) throws { try Self.explained { try writer.append(frame) } }

    /// - Returns: the file's size in bytes.
    func finish() throws -> Int { try Self.explained { try writer.finish().byteCount } }

    func cancel() { writer.cancel() }

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
            throw GenerationError.cannotWrite(
                "The job's folder \(folder.path.printable) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The small clip and the still that lists show.
    static func keepClip(_ frames: [VideoFrame], recipe: Recipe, folder: URL, threadCount: Int) throws {
        guard let first = frames.first else { return }
        let writer = try ClipWriter(
            OutputRequest(file: folder.appending(path: "clip.mp4"), crf: 16), size: recipe.lr.size, fps: recipe.fps,
            threadCount: threadCount)
        for frame in frames { try writer.append(frame) }
        _ = try writer.finish()
        let poster = frames[frames.count / 2]
        let size =
            (poster.width * first.height > 0) ? poster.sizeFitting(maximumWidth: 320, maximumHeight: 320) : (1, 1)
        try ClipWriter.explained {
            try ImageFile.write(
                poster.resized(toWidth: size.0, height: size.1), to: folder.appending(path: "poster.png").path)
        }
    }
}
