import Glibc

/// A PNG file a frame, numbered from 1.
///
/// `clip-%04d.png` names the files. `clip.png`, without a number, becomes a folder of that name with `0001.png`,
/// `0002.png` …, or a plain file where the clip has one frame. All are written into a folder `NAME.part` first.
final class PictureSequenceSink: FrameSink {
    /// The `iTXt` keyword that keeps the clip's speed.
    static let frameRateKeyword = "frame-rate"

    let encoderName = "png"
    /// The final name, without a slash at its end.
    private let path: String
    /// Nil: a folder is written.
    private let pattern: NumberedName?
    private let partFolder: String
    private let texts: [(keyword: String, text: String)]
    /// The files in the part folder, in order.
    private var names: [String] = []
    private var byteCount = 0
    private var isOpen = false

    init(path: String, options: VideoWriter.Options) throws(VideoError) {
        let target = String(path.reversed().drop { $0 == "/" }.reversed())
        self.path = target
        pattern = NumberedName(pattern: target)
        partFolder = target + ".part"
        texts = options.metadata.texts + [(Self.frameRateKeyword, options.frameRate.description)]
        if pattern == nil, !FolderListing.names(of: target).isEmpty { throw .isFolder(path: target) }
        if pattern != nil { try PartFile.checkTarget(target) } else { try PartFile.checkFolder(of: target) }
        // A part folder left by a killed program.
        removePart()
        guard mkdir(partFolder, 0o777) == 0 else { throw failure() }
        isOpen = true
    }

    deinit { cancel() }

    func append(_ frame: VideoFrame) throws(VideoError) {
        let name = NumberedName(prefix: "", digitCount: 4, suffix: ".png").path(number: names.count + 1)
        let bytes = try PNGEncoder.encode(frame, path: path, texts: texts)
        names.append(name)
        try write(bytes, to: "\(partFolder)/\(name)")
        byteCount += bytes.count
    }

    func finish(isWanted: () -> Bool) throws(VideoError) -> Int? {
        guard isWanted() else { return nil }
        if let pattern {
            for (index, name) in names.enumerated() {
                try move("\(partFolder)/\(name)", to: pattern.path(number: index + 1))
            }
        } else if names.count == 1 {
            try move("\(partFolder)/\(names[0])", to: path)
        } else {
            PartFile.syncFolder(of: "\(partFolder)/.")
            // A folder takes the place of an empty folder by itself, but not that of a file.
            if FolderListing.isRegularFile(path) { unlink(path) }
            try move(partFolder, to: path)
            isOpen = false
        }
        cancel()
        PartFile.syncFolder(of: path)
        return byteCount
    }

    func cancel() {
        guard isOpen else { return }
        removePart()
        isOpen = false
    }

    private func write(_ bytes: [UInt8], to file: String) throws(VideoError) {
        let part = try PartFile(path: file)
        do throws(VideoError) {
            try part.write(bytes)
            try part.commit()
        } catch {
            // Named after the clip: the picture within the part folder means nothing to its reader.
            throw error.renamed(path, writtenBytes: byteCount)
        }
    }

    private func move(_ source: String, to target: String) throws(VideoError) {
        guard rename(source, target) == 0 else { throw failure() }
    }

    private func removePart() {
        for name in FolderListing.names(of: partFolder) { unlink("\(partFolder)/\(name)") }
        rmdir(partFolder)
    }

    private func failure() -> VideoError { LibraryError.system().whileWriting(path, writtenBytes: byteCount) }
}
