import Glibc

/// The text chunks of PNG files, which libavcodec neither writes nor reads as UTF-8.
///
/// Source: Portable Network Graphics (PNG) Specification, 2nd edition, 5.3 and 11.3.4.
enum PNGText {
    /// The signature's 8 bytes and the IHDR chunk's 25 stand first in every PNG.
    static let headerBytes = 33
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Chunks looked at in a file; ordinary ones have a few hundred.
    private static let chunkLimit = 100_000

    /// One `iTXt` chunk, uncompressed and without language.
    static func chunk(keyword: String, text: String) -> [UInt8] {
        let type = Array("iTXt".utf8)
        // Keyword, its end, "not compressed" twice, empty language and translated keyword with their ends.
        let body = type + Array(keyword.utf8) + [0, 0, 0, 0, 0] + Array(text.utf8)
        return bigEndian(UInt32(body.count - type.count)) + body + bigEndian(CyclicRedundancyCheck.value(of: body))
    }

    /// Whether the file begins as a PNG does.
    static func isPNG(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return read(descriptor, count: signature.count, at: 0) == signature
    }

    /// Title and comment of a PNG file; empty where it is no PNG or cannot be read.
    static func metadata(of path: String) -> ContainerMetadata {
        let texts = texts(of: path)
        return ContainerMetadata(
            title: texts["title"].map { ContainerMetadata.cleaned($0) },
            comment: texts["comment"].map { ContainerMetadata.cleaned($0) })
    }

    /// All uncompressed texts by keyword in lower case; the first of a keyword counts.
    static func texts(of path: String) -> [String: String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        var texts: [String: String] = [:]
        var offset = signature.count
        guard read(descriptor, count: signature.count, at: 0) == signature else { return [:] }
        for _ in 0..<chunkLimit {
            guard let head = read(descriptor, count: 8, at: offset) else { break }
            let length = head[..<4].reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: head[4...], as: UTF8.self)
            if type == "IEND" { break }
            if type == "iTXt" || type == "tEXt", length <= ContainerMetadata.limitBytes + 128,
                let body = read(descriptor, count: length, at: offset + 8),
                let (keyword, text) = parse(body, type: type),
                texts[keyword] == nil
            {
                texts[keyword] = text
            }
            offset += 12 + length
        }
        return texts
    }

    private static func parse(_ body: [UInt8], type: String) -> (keyword: String, text: String)? {
        guard let keywordEnd = body.firstIndex(of: 0), keywordEnd > 0 else { return nil }
        let keyword = String(decoding: body[..<keywordEnd], as: UTF8.self).lowercased()
        let rest = body[(keywordEnd + 1)...]
        if type == "tEXt" {
            // Latin-1: each byte is its own code point.
            return (keyword, String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) })))
        }
        // Two bytes of compression, the language and the translated keyword stand before the text.
        guard rest.count >= 4, rest[rest.startIndex] == 0 else { return nil }
        guard let languageEnd = rest[(rest.startIndex + 2)...].firstIndex(of: 0),
            let translationEnd = rest[(languageEnd + 1)...].firstIndex(of: 0)
        else { return nil }
        return (keyword, String(decoding: rest[(translationEnd + 1)...], as: UTF8.self))
    }

    /// Exactly `count` bytes, or nil.
    private static func read(_ descriptor: Int32, count: Int, at offset: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let result = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled)
                if result < 0, errno == EINTR { continue }
                if result <= 0 { break }
                filled += result
            }
        }
        return bytes.count == count ? bytes : nil
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
