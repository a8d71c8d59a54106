/// The text a clip or picture carries: MP4 and QuickTime `©nam` and `©cmt`, Matroska and WebM tags, PNG `iTXt`, GIF
/// comment block.
///
/// Text that comes from a file has no control characters but line feed and tab, and at most ``limitBytes`` bytes.
package struct ContainerMetadata: Sendable, Hashable {
    /// The longest text read or written, in bytes of UTF-8.
    package static let limitBytes = 1 << 20

    /// GIF has no place for a title.
    package var title: String?
    /// Turbo2K's recipe, as JSON.
    package var comment: String?

    package init(title: String? = nil, comment: String? = nil) {
        self.title = title
        self.comment = comment
    }
}

extension ContainerMetadata {
    /// Text from a file, made safe: no control characters, at most ``limitBytes``.
    static func cleaned(_ text: some StringProtocol) -> String {
        let clean = CleanText.removingControls(text)
        guard clean.utf8.count > limitBytes else { return clean }
        // A character cut in half would decode as U+FFFD; stepping back over continuation bytes avoids that.
        var end = clean.utf8.index(clean.utf8.startIndex, offsetBy: limitBytes)
        while end > clean.utf8.startIndex, clean.utf8[end] & 0xC0 == 0x80 { end = clean.utf8.index(before: end) }
        return String(decoding: clean.utf8[..<end], as: UTF8.self)
    }

    /// - Throws: ``VideoError/metadataTooLarge(byteCount:limit:)``.
    func check(limit: Int) throws(VideoError) {
        for text in [title, comment] {
            if let count = text?.utf8.count, count > limit { throw .metadataTooLarge(byteCount: count, limit: limit) }
        }
    }
}

extension ContainerMetadata {
    /// Reads the texts of a file without decoding a picture.
    ///
    /// - Parameter path: any file FFmpeg opens, or a folder or pattern of PNG files.
    /// - Throws: ``VideoError`` where the file cannot be opened as video or picture.
    package init(readingFrom path: String) throws(VideoError) {
        if let pictures = try PictureSequenceSource.find(path) {
            self = PNGText.metadata(of: pictures[0])
            return
        }
        let demuxer = try Demuxer(path: path)
        let isPNG = PNGText.isPNG(path)
        self = isPNG ? PNGText.metadata(of: path) : demuxer.metadata
    }

    /// The PNG chunks for these texts.
    var texts: [(keyword: String, text: String)] {
        [("title", title), ("comment", comment)].compactMap { keyword, text in text.map { (keyword, $0) } }
    }
}
