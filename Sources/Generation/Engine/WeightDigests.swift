import Foundation
import WeightFiles

/// SHA-256 of weight files, remembered by size, time of change and inode, so that gigabytes are read once.
struct WeightDigests {
    private let file: URL?

    /// - Parameter cache: a folder for what is remembered; nil: nothing is.
    init(cache: URL?) {
        file = cache?.appending(path: "weight-digests.json")
    }

    /// SHA-256 over the digests of all files, in order.
    func combined(_ files: [URL]) throws -> String {
        var known: [String: String] = [:]
        if let file, let data = try? Data(contentsOf: file) {
            known = (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
        }
        var digest = FileDigest()
        var isChanged = false
        for path in files {
            let key = Self.identity(path)
            let value: String
            if let found = known[key] {
                value = found
            } else {
                value = try FileDigest.sha256(ofFileAt: path.path)
                known[key] = value
                isChanged = true
            }
            Array(value.utf8).withUnsafeBytes { digest.update($0) }
        }
        if isChanged, let file { try? save(known, file) }
        return digest.finalized()
    }

    private func save(_ known: [String: String], _ file: URL) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONEncoder().encode(known).write(to: file, options: .atomic)
    }

    /// Changes when the file does.
    static func identity(_ url: URL) -> String {
        let attributes = (try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)) ?? [:]
        let size = attributes[.size] as? Int ?? 0
        let inode = attributes[.systemFileNumber] as? Int ?? 0
        let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(url.path) \(size) \(inode) \(time)"
    }
}
