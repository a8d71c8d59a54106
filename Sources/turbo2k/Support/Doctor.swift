import Foundation
import Generation
import StudioCore
import VideoIO

/// Looks at everything the program rests on.
enum Doctor {
    static func examine() -> [Finding] {
        let paths = StudioPaths()
        let shipped = ProgramFiles.find()
        return machine() + codecs() + models(paths) + files(paths, shipped) + history(paths)
            + TerminalFindings.examine()
    }

    private static func machine() -> [Finding] {
        let machine = Machine.current
        let memory = ProcessMemory.self
        return [
            Finding(name: "program", state: .ok, text: Program.nameAndVersion),
            Finding(name: "cpu", state: .ok, text: "\(machine.name), \(machine.coreCount) threads"),
            features(machine),
            Finding(
                name: "memory", state: .ok,
                text: "\(ByteText.short(memory.availableBytes)) of \(ByteText.short(memory.machineBytes)) available"),
        ]
    }

    private static func features(_ machine: Machine) -> Finding {
        guard !machine.features.isEmpty else {
            return Finding(name: "features", state: .note, text: "no AVX2: everything works, but slowly")
        }
        return Finding(name: "features", state: .ok, text: machine.features.joined(separator: " "))
    }

    private static func codecs() -> [Finding] {
        let version = Finding(name: "ffmpeg", state: .ok, text: Codecs.libraryVersion)
        return [version]
            + Codecs.installed.report.map { format in
                Finding(name: format.container.ending, state: format.canWrite ? .ok : .note, text: format.text)
            }
    }

    private static func models(_ paths: StudioPaths) -> [Finding] {
        let catalog = ModelCatalog(userFolder: paths.models)
        let models = catalog.list()
        guard models.isEmpty else { return models.map { finding($0, catalog) } }
        let text = "none: put one into \(paths.abbreviating(paths.models))"
        return [Finding(name: "models", state: .broken, text: text)]
    }

    private static func finding(_ model: InstalledModel, _ catalog: ModelCatalog) -> Finding {
        let origin = model.isBundled ? "bundled" : model.folder.path(percentEncoded: false)
        do {
            let parts = try catalog.inspect(model).parts.map(\.name).joined(separator: ", ")
            return Finding(name: "model", state: .ok, text: "\(model.name) (\(origin)): \(parts)")
        } catch {
            return Finding(name: "model", state: .broken, text: "\(model.name): \(Failure.sentence(of: error))")
        }
    }

    private static func files(_ paths: StudioPaths, _ shipped: ProgramFiles?) -> [Finding] {
        var findings: [Finding] = []
        if let shipped {
            findings.append(
                Finding(name: "files", state: .ok, text: paths.abbreviating(shipped.root)))
        } else {
            let text = "The program's themes and presets are not where it is installed; install again."
            findings.append(Finding(name: "files", state: .broken, text: text))
        }
        let presets = PresetLibrary(shipped: shipped?.presets, own: paths.presets)
        let themes = ThemeLibrary(shipped: shipped?.themes, own: paths.themes)
        findings.append(Finding(name: "presets", state: .ok, text: "\(presets.entries.count)"))
        findings += presets.problems.map { Finding(name: "preset", state: .note, text: $0.description) }
        findings.append(Finding(name: "themes", state: .ok, text: "\(themes.entries.count)"))
        findings += themes.problems.map { Finding(name: "theme", state: .note, text: $0.description) }
        do {
            let problems = try Settings.load(paths.settingsFile).problems
            findings += problems.map { Finding(name: "settings", state: .note, text: $0.description) }
        } catch {
            findings.append(Finding(name: "settings", state: .broken, text: error.description))
        }
        return findings + [free(paths)]
    }

    private static func free(_ paths: StudioPaths) -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(
            forPath: FileManager.default.fileExists(atPath: paths.data.path(percentEncoded: false))
                ? paths.data.path(percentEncoded: false) : paths.home.path(percentEncoded: false))
        let bytes = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        return Finding(
            name: "disk", state: bytes > 1 << 30 ? .ok : .note, text: "\(ByteText.short(bytes)) free for drafts")
    }

    /// What is left to free.
    private static func trash(_ contents: TrashContents) -> [Finding] {
        let text = "\(contents.jobCount) jobs, \(ByteText.short(contents.bytes))"
        return [Finding(name: "trash", state: .ok, text: contents.jobCount == 0 ? "empty" : text)]
    }

    /// What plans of memory are multiplied with.
    private static func memory(_ margin: MemoryMargin) -> [Finding] {
        let factor = "plans are multiplied by \(margin.text)"
        let origin =
            margin.jobCount == 0
            ? "no job has told its peak yet" : "learned from the peaks of \(margin.jobCount) jobs"
        return [Finding(name: "margin", state: .ok, text: "\(factor), \(origin)")]
    }

    /// How good the estimates of time were on this machine.
    private static func accuracy(_ figures: [(percent: Int, medianError: Double, count: Int)]) -> [Finding] {
        guard !figures.isEmpty else {
            return [Finding(name: "estimates", state: .ok, text: "not known yet: no finished job had one")]
        }
        let words = figures.map { figure in
            "\(Int((figure.medianError * 100).rounded())) % off at \(figure.percent) % (\(figure.count))"
        }
        return [Finding(name: "estimates", state: .ok, text: words.joined(separator: ", "))]
    }

    /// What the pictures of estimates cost beside the steps.
    private static func previews(_ overhead: (share: Double, jobs: Int)?) -> [Finding] {
        guard let overhead else {
            return [Finding(name: "previews", state: .ok, text: "overhead not known yet: no job has shown estimates")]
        }
        let tenths = Int((overhead.share * 1000).rounded())
        let text = "\(tenths / 10).\(tenths % 10) % of the steps' time (\(overhead.jobs) jobs); 2 % is allowed"
        return [Finding(name: "previews", state: overhead.share <= 0.02 ? .ok : .note, text: text)]
    }

    private static func history(_ paths: StudioPaths) -> [Finding] {
        do {
            let history = try History(paths: paths, allowsReadOnly: true)
            let integrity = try history.integrity()
            let count = try history.jobs().count
            return [
                Finding(
                    name: "history", state: integrity == "ok" ? .ok : .broken,
                    text: "\(count) jobs, \(integrity), \(paths.abbreviating(paths.historyFile))")
            ] + trash(try history.trashContents()) + accuracy(try history.accuracy())
                + previews(try history.previewOverhead()) + memory(try history.memoryMargin())
                + (history.isReadOnly
                    ? [Finding(name: "history", state: .note, text: "another program is updating it")] : [])
                + (history.notice.map { [Finding(name: "history", state: .note, text: $0)] } ?? [])
        } catch {
            return [Finding(name: "history", state: .broken, text: "\(error)")]
        }
    }
}
