package import Foundation
import Generation
import VideoIO

/// What a disk has free.
package struct DiskSpace: Sendable, Equatable {
    /// The same number for two folders on one disk.
    package var volume: UInt64
    package var freeBytes: Int

    package init(volume: UInt64, freeBytes: Int) {
        self.volume = volume
        self.freeBytes = freeBytes
    }

    /// Of the disk that holds `folder`, or the nearest folder above it that exists; nil where the system does not say.
    package static func of(_ folder: URL) -> DiskSpace? {
        var folder = folder.standardizedFileURL
        var status = stat()
        while stat(folder.path(percentEncoded: false), &status) != 0 {
            guard folder.pathComponents.count > 1 else { return nil }
            folder.deleteLastPathComponent()
        }
        var space = statvfs()
        guard statvfs(folder.path(percentEncoded: false), &space) == 0 else { return nil }
        return DiskSpace(volume: UInt64(status.st_dev), freeBytes: Int(clamping: space.f_bavail * space.f_frsize))
    }
}

/// Looks whether the disks have room for a job: its output, two sampler states, and a reserve for everybody else.
struct DiskCheck: Sendable {
    static let reserveBytes = 200_000_000
    /// Channels of a latent cell; smaller models need less.
    private static let latentChannels = 128
    /// Where jobs keep their states and small clips.
    let jobs: URL
    let paths: StudioPaths
    let space: @Sendable (URL) -> DiskSpace?

    /// - Throws: ``GenerationError/cannotWrite(_:)`` naming what is needed and what is free.
    func check(_ recipe: Recipe, _ kind: GenerationResult.Kind, output: JobOutput?) throws(GenerationError) {
        let size = kind == .draft ? recipe.lr.size : recipe.hr.size
        let states = 2 * Self.stateBytes(size, frames: recipe.frames)
        // A draft keeps a clip of its own.
        let kept = kind == .draft ? Self.clipBytes(recipe.lr.size, frames: recipe.frames, .mp4) : 0
        let clip = output.map { Self.clipBytes(size, frames: recipe.frames, Self.container($0.file)) } ?? 0
        let own = space(jobs)
        let target = output.flatMap { space($0.file.deletingLastPathComponent()) }
        if let own {
            let isShared = target?.volume == own.volume
            try require(states + kept + (isShared ? clip : 0), of: own, at: jobs, states: states)
            if isShared { return }
        }
        if let output, let target {
            try require(clip, of: target, at: output.file.deletingLastPathComponent(), states: 0)
        }
    }

    private func require(_ bytes: Int, of space: DiskSpace, at folder: URL, states: Int) throws(GenerationError) {
        guard space.freeBytes < bytes + Self.reserveBytes else { return }
        let shown = TextCleaning.oneLine(paths.abbreviating(folder))
        let states = states > 0 ? ", \(ByteText.short(states)) of it for states" : ""
        throw .cannotWrite(
            "Not started: the disk of \(shown) has \(ByteText.short(space.freeBytes)) free, and this job needs about "
                + "\(ByteText.short(bytes))\(states), beside \(ByteText.short(Self.reserveBytes)) that stay free. "
                + "Free some space, empty the trash with \"turbo2k history prune --trash\", or choose another folder.")
    }

    /// A latent in single precision and its estimate in half as many bytes: a cell covers 32 pixels each way and eight frames.
    static func stateBytes(_ size: VideoSize, frames: Int) -> Int {
        let cells =
            (size.width / RecipeLimits.sizeStep) * (size.height / RecipeLimits.sizeStep) * ((frames - 1) / 8 + 1)
        return cells * latentChannels * 6
    }

    /// What a clip takes at the default quality; clips differ by a factor of three either way.
    static func clipBytes(_ size: VideoSize, frames: Int, _ container: VideoContainer) -> Int {
        let bytesPerPixel =
            switch container {
            case .mp4, .mov, .matroska, .webm: 0.14
            case .gif: 0.6
            case .pictures: 1.8
            }
        return Int(Double(size.width * size.height * frames) * bytesPerPixel)
    }

    /// ``OutputTarget`` has looked at the name already.
    private static func container(_ file: URL) -> VideoContainer {
        (try? VideoContainer(path: file.path(percentEncoded: false))) ?? .mp4
    }
}
