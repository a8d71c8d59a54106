package import Foundation

/// Where the themes and presets that ship with the program are.
package struct ProgramFiles: Sendable, Equatable {
    /// The folder that holds `themes` and `presets`.
    package var root: URL

    package var presets: URL { root.appending(path: "presets") }
    package var themes: URL { root.appending(path: "themes") }

    package init(root: URL) {
        self.root = root
    }

    /// Looks at `TURBO2K_SHARE`, then beside an installed program (`<prefix>/share/turbo2k`), then upwards from the
    /// executable for a source tree. Nil: this program has lost its files.
    package static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL? = ProgramFiles.executable
    ) -> ProgramFiles? {
        if let path = environment["TURBO2K_SHARE"], !path.isEmpty {
            return ProgramFiles(root: URL(filePath: path))
        }
        guard let executable else { return nil }
        let folder = executable.deletingLastPathComponent()
        let installed = folder.deletingLastPathComponent().appending(path: "share/turbo2k")
        if isFolder(installed.appending(path: "themes")) { return ProgramFiles(root: installed) }
        return sourceTree(above: folder)
    }

    /// The running program, symbolic links followed.
    package static var executable: URL? {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return Bundle.main.executableURL?.resolvingSymlinksInPath()
        }
        return URL(filePath: path)
    }

    private static func sourceTree(above start: URL) -> ProgramFiles? {
        var folder = start
        while folder.pathComponents.count > 1 {
            let manifest = folder.appending(path: "Package.swift").path(percentEncoded: false)
            if FileManager.default.fileExists(atPath: manifest), isFolder(folder.appending(path: "themes")) {
                return ProgramFiles(root: folder)
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: url.path(percentEncoded: false), isDirectory: &isDirectory)
        return exists && isDirectory.boolValue
    }
}
