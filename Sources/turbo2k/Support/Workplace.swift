import Foundation
import Generation
import StudioCore
import Synchronization

/// The user's and the program's files, opened as far as a command needs them.
struct Workplace {
    let paths = StudioPaths()
    let shipped = ProgramFiles.find()
    let settings: Settings

    /// Reads the settings; what is wrong in them is said and does not stop anything.
    init() {
        do {
            let (settings, problems) = try Settings.load(paths.settingsFile)
            self.settings = settings
            problems.forEach { Reporting.warn($0.description) }
        } catch {
            settings = Settings()
            Reporting.warn("\(error) The default settings are used.")
        }
        LogFile.start(paths.logFile)
    }

    func presets() -> PresetLibrary {
        let library = PresetLibrary(shipped: shipped?.presets, own: paths.presets)
        library.problems.forEach { Reporting.warn($0.description) }
        return library
    }

    func themes() -> ThemeLibrary {
        let library = ThemeLibrary(shipped: shipped?.themes, own: paths.themes)
        library.problems.forEach { Reporting.warn($0.description) }
        return library
    }

    /// Folder, name and quality of the preset that a job's draft was made with, while it exists.
    func outputSettings(of job: JobRecord) -> ResolvedPreset.OutputSettings {
        (try? presets().resolved(job.recipe.preset ?? settings.preset).output) ?? ResolvedPreset.outputDefaults
    }

    /// Opens the history and marks what an earlier run left behind. Where another program is updating it for long it is
    /// only read; what would change it fails then.
    func history() throws -> History {
        let history = try History(paths: paths, allowsReadOnly: true)
        if let notice = history.notice { Reporting.warn(notice) }
        guard !history.isReadOnly else {
            Reporting.warn("Another program is updating the history; what is shown is what it was before.")
            return history
        }
        try history.markAbandoned()
        return history
    }

    /// The jobs of this process, so that a hard stop can record their end.
    private static let open = Mutex<(history: History, jobs: Set<Int>)?>(nil)

    static func watch(_ job: Int, in history: History) {
        open.withLock { $0 = (history, ($0?.jobs ?? []).union([job])) }
    }

    static func unwatch(_ job: Int) {
        open.withLock { _ = $0?.jobs.remove(job) }
    }

    /// Marks jobs stopped whose engine did not answer in time.
    static func recordLeftBehind() {
        guard let (history, jobs) = open.withLock({ $0 }) else { return }
        for job in jobs {
            // The program is leaving; the next start repairs what could not be written.
            try? history.setState(.stopped, of: job)
        }
    }
}
