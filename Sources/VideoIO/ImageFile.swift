import CLibAV

/// One picture in one file.
package enum ImageFile {
    /// Writes a PNG beside the target and renames it into place.
    ///
    /// - Throws: ``VideoError``; nothing is left on the disk then.
    package static func write(
        _ frame: VideoFrame, to path: String, metadata: ContainerMetadata = ContainerMetadata()
    ) throws(VideoError) {
        try metadata.check(limit: ContainerMetadata.limitBytes)
        let bytes = try PNGEncoder.encode(frame, path: path, texts: metadata.texts)
        let part = try PartFile(path: path)
        try part.write(bytes)
        try part.commit()
    }

    /// Reads the first picture of a PNG, JPEG, WebP or any other file FFmpeg decodes, reduced to fit `maximumSize`,
    /// keeping its shape; transparency is dropped.
    ///
    /// - Throws: ``VideoError``.
    package static func read(
        _ path: String, maximumSize: (width: Int, height: Int)? = nil
    ) throws(VideoError) -> VideoFrame {
        let source = try DemuxedSource(path: path, maximumSize: maximumSize)
        guard let frame = try source.nextFrame() else { throw .noVideo(path: path) }
        return frame
    }
}
