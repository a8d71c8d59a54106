import Foundation
import StudioCore
import TerminalKit

/// Presets and themes as files: renamed, passed on, and read again when somebody has changed them.
extension StudioApp {
    // MARK: Presets

    func renamePreset(_ name: String, to newName: String) {
        guard name != newName else { return }
        changePresets("Preset \(name) is now \(newName).") { library throws(StudioError) in
            try library.rename(name, to: newName)
        }
        if presetLibrary.entries.contains(where: { $0.preset.name == newName }) {
            state.presetRenamed(name, to: newName)
        }
    }

    func diffPreset(_ name: String) {
        do {
            state.showDifferences(from: try presetLibrary.resolved(name))
        } catch {
            state.say(error.description, .error)
        }
    }

    func importPreset(_ path: String) {
        let file = options.paths.expanding(path.trimmingCharacters(in: .whitespaces))
        changePresets("Preset imported from \(file.lastPathComponent).") { library throws(StudioError) in
            _ = try library.importFile(file)
        }
    }

    /// Writes a new file; what stands there already is left alone.
    func exportPreset(_ name: String, to path: String) {
        var file = options.paths.expanding(path.trimmingCharacters(in: .whitespaces))
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: file.path(percentEncoded: false), isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                return state.say("\(options.paths.abbreviating(file)) exists already; choose another name.", .error)
            }
            file.append(path: name + ".toml")
        }
        do {
            try Data(try presetLibrary.export(name).utf8).write(to: file, options: .withoutOverwriting)
            state.say("Preset \(name) is in \(options.paths.abbreviating(file)).")
        } catch {
            let reason = (error as? StudioError)?.description ?? error.localizedDescription
            state.say("Preset \(name) was not exported: \(reason)", .error)
        }
    }

    // MARK: Models

    /// The files of a model's folder, for somebody who wants to know what is missing.
    func listModel(_ model: String) {
        let folder = model.contains("/") ? options.paths.expanding(model) : options.paths.models.appending(path: model)
        let (mailbox, limit) = (mailbox, 100)
        Task.detached {
            let keys: [URLResourceKey] = [.fileSizeKey, .isDirectoryKey]
            let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: keys)
            let files = (found ?? []).sorted { $0.path < $1.path }.prefix(limit).map { file in
                let values = try? file.resourceValues(forKeys: Set(keys))
                let size = values?.isDirectory == true ? "folder" : Format.bytes(values?.fileSize ?? 0)
                return TextWidth.fit(TextCleaning.shortened(file.lastPathComponent, to: 58), to: 60) + size
            }
            let none = found == nil ? "This folder cannot be read." : "Nothing is in this folder."
            mailbox.post(.modelListed(folder.path(percentEncoded: false), files: files.isEmpty ? [none] : files))
        }
    }

    // MARK: Changes on the disk

    /// What may be changed beside the running studio.
    nonisolated static func watchedFiles(_ paths: StudioPaths) -> (folders: [URL], files: [URL]) {
        ([paths.themes, paths.presets], [paths.settingsFile, paths.keysFile])
    }

    /// Looks once a second whether a theme, a preset or the settings were changed; posts only then.
    func watchFiles() -> Task<Void, Never> {
        let (paths, mailbox, start) = (options.paths, mailbox, filesAtStart)
        return Task.detached(priority: .low) {
            var known = start
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                let present = Self.fingerprint(paths)
                if present != known { mailbox.post(.filesChanged) }
                known = present
            }
        }
    }

    /// Names and times of change of the watched files.
    nonisolated static func fingerprint(_ paths: StudioPaths) -> [String: Date] {
        let (folders, files) = watchedFiles(paths)
        let inside = folders.flatMap {
            (try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)) ?? []
        }
        var times: [String: Date] = [:]
        for file in files + inside.filter({ $0.pathExtension == "toml" }) {
            let path = file.path(percentEncoded: false)
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { continue }
            times[path] = attributes[.modificationDate] as? Date ?? .distantPast
        }
        return times
    }

    /// What the settings say of the studio's ways.
    func takeBehaviour() {
        state.queue.draftsGoFirst = settings.draftsGoFirst
        state.stopsOnQuit = settings.onQuit == .stop
        state.keepsOnQuit = settings.onQuit == .keep
        let standsStill = settings.motion == .reduced
        if standsStill, !state.hasReducedMotion { state.preview.standStill() }
        state.hasReducedMotion = standsStill
    }

    private func takeMetadata(_ former: Settings) {
        guard settings.metadata != former.metadata else { return }
        state.form.metadata = settings.metadata
        formWishes.metadata = settings.metadata
    }

    /// Where the next clips go; what was changed by hand stays.
    private func takeOutput(_ former: Settings) {
        guard settings.outputFolder != former.outputFolder || settings.outputName != former.outputName else { return }
        let base = state.form.base
        let own = (try? presetLibrary.resolved(base.name).output) ?? base.output
        state.form.moveOutput(
            folder: settings.outputFolder ?? own.folder, name: settings.outputName ?? own.name)
    }

    /// A form that nobody has changed takes on the settings' preset; another one, and one that the command line chose,
    /// keeps what it has.
    ///
    /// - Returns: whether the form has it.
    private func takePreset() -> Bool {
        guard options.preset == nil, !state.form.isChanged else { return false }
        applyPreset(settings.preset)
        guard state.form.base.name == settings.preset else { return false }
        formWishes.preset = settings.preset
        return true
    }

    /// The engine's own process is started as the settings say now, at the latest for the next job that finds it idle.
    ///
    /// - Returns: the settings that have to wait, because the engine is in this process.
    private func takeEngineSettings(_ former: Settings) -> [String] {
        let changes = [
            ("threads", settings.threads != former.threads),
            ("draft_first", settings.draftsGoFirst != former.draftsGoFirst),
        ]
        let names = changes.filter(\.1).map(\.0)
        guard !names.isEmpty else { return [] }
        guard let launch = engine.launch?(settings), let client = jobs as? WorkerClient else { return names }
        engine.identity = launch.identity
        lastChange = request { [last = lastChange] in
            await last?.value
            await client.startsWorkers(launch.launch)
        }
        return []
    }

    /// Takes on what the settings and keys say now.
    private func readSettingsAgain() {
        let (read, problems) = Self.loadSettings(options)
        if let new = read, new != settings {
            let former = settings
            settings = new
            takeBehaviour()
            takeTerminalSettings(former)
            takeMetadata(former)
            if new.theme != former.theme, !setTheme(new.theme) { state.say("There is no theme \(new.theme).", .error) }
            takeOutput(former)
            var later = takeEngineSettings(former)
            if new.preset != former.preset, !takePreset() { later.append("preset") }
            let rest = later.isEmpty ? "" : " At the next start: \(later.joined(separator: ", "))."
            state.say("The settings were read again.\(rest)")
        }
        for problem in problems { state.say(problem, .error) }
        do {
            state.bindings = try Self.bindings(options, settings)
        } catch {
            state.say(error.description, .error)
        }
    }

    /// Reads themes and presets again and takes on the present theme as it is now.
    func readFilesAgain() {
        readSettingsAgain()
        let before = state.look
        themeLibrary = ThemeLibrary(shipped: options.programFiles?.themes, own: options.paths.themes)
        state.themeNames = themeLibrary.entries.map(\.theme.name)
        _ = setTheme(state.themeName)
        presetLibrary.reload()
        state.presets.replace(Self.entries(of: presetLibrary))
        if state.look != before { state.say("Theme \(state.themeName) was read again.") }
        for problem in themeLibrary.problems + presetLibrary.problems { state.say(problem.description, .error) }
    }
}
