import Foundation

/// Clips: made without a screen, and compared by what they show.
extension TmuxStudio {
    /// Runs a line of the shell outside the terminal.
    func shell(_ line: String) throws { _ = try Self.run("sh", ["-c", line], environment: [:]) }

    /// The program that plays a clip, nil where none does. A shell that names both is not it.
    func process(playing clip: URL) -> Int32? {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return numbers.first { number in
            let data = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
            let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.first == Self.binary?.path && words.contains("play") && words.contains(clip.path)
        }
    }

    /// A draft, made at once by the stand-in engine, and copied to a file where one is named.
    func makeDraft(to file: URL? = nil) throws {
        let arguments = ["draft", "a fox", "--engine", "fake", "--fake-step-ms", "1", "--fake-decode-ms", "1"]
        let made = try turbo2k(arguments + (file.map { ["-o", $0.path] } ?? []))
        guard made.status == 0 else { throw Failure(description: "no draft was made: it ended with \(made.status)") }
    }

    func makeClip() throws -> URL {
        let file = home.appending(path: "clip.mp4")
        try makeDraft(to: file)
        return file
    }

    /// Its message may have gone before anybody looked.
    func waitForDraft(_ id: Int) throws {
        try wait("draft \(id) is not done", forReport: { $0.jobs.contains { $0.id == id && $0.state == "done" } })
    }

    /// One that is done has been running, even where nobody looked.
    func waitForCommit(_ state: String) throws {
        try wait(
            "no commit is \(state)",
            forReport: {
                $0.jobs.contains { $0.kind == "commit" && [state, "done"].contains($0.state) }
            })
    }

    /// A preset for ``open(_:_:with:stepMilliseconds:options:environment:)``: few steps, so that each can be long.
    func writePreset(_ name: String, draftSteps: Int, commitSteps: Int) throws {
        let folder = home.appending(path: "config/presets")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            schema = "turbo2k.preset.v1"
            name = "\(name)"
            based_on = "nano"
            [lr]
            steps = \(draftSteps)
            [hr]
            size = "1280x720"
            steps = \(commitSteps)
            """
        try text.write(to: folder.appending(path: name + ".toml"), atomically: true, encoding: .utf8)
    }

    /// The digest of an undisturbed commit of a draft, in a copy of this run's files: what a disturbed one must equal.
    func referenceCommit(ofDraft draft: Int) throws -> String {
        let copy = FileManager.default.temporaryDirectory.appending(path: "turbo2k-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copy) }
        // History and drafts; a socket of a running studio cannot be copied.
        try FileManager.default.copyItem(at: home.appending(path: "data"), to: copy.appending(path: "data"))
        // It names the engine of the original.
        try? FileManager.default.removeItem(at: copy.appending(path: "data/worker.lock"))
        let file = copy.appending(path: "reference.mp4")
        guard let binary = Self.binary else { throw Failure(description: "no program") }
        let made = try Self.run(
            binary.path,
            [
                "commit", "\(draft)", "-o", file.path, "--engine", "fake", "--fake-step-ms", "1", "--fake-decode-ms",
                "1",
            ],
            environment: ["TURBO2K_HOME": copy.path, "HOME": copy.path, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": ""])
        guard made.status == 0 else {
            throw Failure(description: "no reference was made: it ended with \(made.status)")
        }
        return try digest(of: file)
    }

    /// Of the clip written last into the folder for finished ones.
    func newestClipDigest() throws -> String {
        let folder = home.appending(path: "Videos/turbo2k")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
        let dated = files.map { file in
            (
                file,
                (try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate)
                    ?? .distantPast
            )
        }
        guard let newest = dated.max(by: { $0.1 < $1.1 }) else { throw Failure(description: "no clip was written") }
        return try digest(of: newest.0)
    }

    /// Where the history has a job's clip.
    func outputFile(ofJob id: Int) throws -> URL? {
        let shown = try turbo2k("history", "show", "\(id)")
        return shown.output.firstMatch(of: /(\/\S+\.mp4)/).map { URL(filePath: String($0.1)) }
    }

    /// The settings file of this run.
    func writeSettings(_ text: String) throws {
        let folder = home.appending(path: "config")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try text.write(to: folder.appending(path: "config.toml"), atomically: true, encoding: .utf8)
    }

    /// Of all decoded frames: what the file says about its making does not count.
    func digest(of clip: URL) throws -> String {
        let answer = try Self.run(
            "ffmpeg", ["-v", "error", "-i", clip.path, "-map", "0:v", "-f", "md5", "-"], environment: [:])
        guard answer.status == 0, answer.output.contains("MD5=") else {
            throw Failure(description: "\(clip.lastPathComponent) cannot be decoded")
        }
        return answer.output
    }
}
