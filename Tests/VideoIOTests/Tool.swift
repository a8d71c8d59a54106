import Foundation

/// The FFmpeg programs, where they are installed.
enum Tool: String {
    case ffmpeg
    case ffprobe

    static let areInstalled = [ffmpeg, ffprobe].allSatisfy { FileManager.default.isExecutableFile(atPath: $0.path) }

    private var path: String { "/usr/bin/\(rawValue)" }

    /// Runs the program.
    ///
    /// - Returns: its standard output without white space at the ends; nil if it failed.
    func run(_ arguments: [String]) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return process.terminationStatus == 0 ? text : nil
    }

    /// What ffprobe says of the clip's pictures, by key.
    static func streamFields(of path: String) throws -> [String: String] {
        let text = try ffprobe.run(["-v", "error", "-select_streams", "v", "-show_streams", path]) ?? ""
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
