import Foundation

/// Where this user's sockets are, and whether a path fits into a socket's address.
package enum SocketFile {
    /// Bytes of a path that `sockaddr_un` takes, its closing zero not counted.
    package static let longestPath = 107

    /// The socket of that name for the studio whose data lies in `data`: in `$XDG_RUNTIME_DIR/turbo2k`, else below
    /// `state`, else in a folder of this user in `/tmp`. The folder is made, for this user alone.
    ///
    /// Two homes never share a socket: a digest of the data folder is in the name.
    ///
    /// - Throws: ``StudioError/cannotWrite(_:)``.
    package static func path(
        _ name: String, paths: StudioPaths, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(StudioError) -> String {
        let file = "\(name)-\(digest(paths.data.standardizedFileURL.path(percentEncoded: false))).sock"
        var folders = [paths.state.appending(path: "run").path(percentEncoded: false), "/tmp/turbo2k-\(getuid())"]
        if let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") {
            folders.insert(runtime + "/turbo2k", at: 0)
        }
        for folder in folders {
            let path = folder + "/" + file
            if path.utf8.count <= longestPath, isPrivateFolder(folder) { return path }
        }
        throw .cannotWrite("No folder for a socket can be made; set XDG_RUNTIME_DIR to a folder of your own.")
    }

    /// Makes the folder where it is missing; another user's, or one that others can write to, does not do.
    private static func isPrivateFolder(_ path: String) -> Bool {
        let parent = URL(filePath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        mkdir(path, 0o700)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
            return false
        }
        return status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0
    }

    /// FNV-1a: names must be the same in every run, not hard to guess.
    static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
